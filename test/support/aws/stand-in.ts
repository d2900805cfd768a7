import { motoAccount, startMoto, type Moto } from './moto.ts'
import { jobName } from '../../../packages/core/src/names/job-name.ts'
import { isTerminal, type JobRef, type JobRequest, type JobState } from '../../../packages/core/src/platform/jobs.ts'
import { WarmPools } from './warm-pools.ts'
import { startProxy, type Answer, type Exchange, type Outcome, type Proxy } from './proxy.ts'

/** One stretch of a scripted job's life. */
export interface ScriptedPhase {
  /** SageMaker's secondary status: `Starting`, `Training`, `Interrupted`, … the last one ends the job. */
  readonly phase: string
  /** How long it lasts; `undefined` until the test says `next()`. */
  readonly ms?: number
}

/** How a job goes on after it was created, and what it leaves. */
export interface JobScript {
  readonly phases: readonly ScriptedPhase[]
  readonly failureReason?: string
  readonly billableSeconds?: number
  readonly trainingSeconds?: number
  readonly metrics?: readonly { readonly name: string; readonly value: number }[]
  /** Called as each phase begins, with its name: the place to write logs and outputs. */
  readonly onPhase?: (phase: string) => Promise<void>
}

/** What really runs the jobs instead of a script. */
export interface Machines extends AsyncDisposable {
  /** Takes a job over; gives what SageMaker would say against it. */
  start(request: JobRequest): Promise<{ readonly type: string; readonly message: string } | undefined>
  describe(job: JobRef): Promise<JobState | undefined>
  stop(job: JobRef): Promise<void>
}

export interface LoggedLine {
  readonly text: string
  readonly atMs: number
}

export interface StandIn extends AsyncDisposable {
  /** Runs the jobs; without it they live by their scripts. */
  machines: Machines | undefined
  /** Where the library is pointed at: the proxy in front of moto. */
  readonly url: string
  readonly account: string
  readonly proxy: Proxy
  readonly moto: Moto
  /** The script of each new job, by its name and request. Default: it completes within a moment. */
  script: (name: string, request: Readonly<Record<string, unknown>>) => JobScript
  /** Ends the phase of a job that lasts until told. */
  next(job: string): Promise<void>
  /** Deletes a job's record, as someone else might. */
  forget(job: string): void
  /** Buckets of other accounts: bucket → account. Calls that expect another owner get 403, as in S3. */
  readonly strangers: Record<string, string>
  /** Writes log lines of a machine as CloudWatch would hold them. */
  log(kind: 'training' | 'processing', stream: string, lines: readonly LoggedLine[]): Promise<void>
  reset(): Promise<void>
}

interface Life {
  readonly script: JobScript
  readonly kind: 'Training' | 'Processing'
  readonly passed: { readonly phase: string; readonly startedAtMs: number }[]
  stopped: boolean
  wake: () => void
}

const quick: JobScript = { phases: [{ phase: 'Starting', ms: 50 }, { phase: 'Training', ms: 50 }, { phase: 'Completed' }] }
const last: Readonly<Record<string, string>> = {
  Completed: 'Completed',
  Failed: 'Failed',
  Stopped: 'Stopped',
  MaxRuntimeExceeded: 'Stopped',
  MaxWaitTimeExceeded: 'Stopped',
  Stopping: 'Stopping',
}

/** moto with what it lacks: jobs that live by a script and can be stopped, logs, and buckets of strangers. */
export async function startStandIn(): Promise<StandIn> {
  const moto = await startMoto()
  const proxy = await startProxy(moto.url)
  const lives = new Map<string, Life>()
  const pools = new WarmPools()
  const strangers: Record<string, string> = {}
  const requests = new Map<string, Record<string, unknown>>()
  const json = { 'content-type': 'application/x-amz-json-1.1' }

  const live = async (life: Life): Promise<void> => {
    for (const { phase, ms } of life.script.phases) {
      if (life.stopped) break
      life.passed.push({ phase, startedAtMs: Date.now() })
      await life.script.onPhase?.(phase)
      if (last[phase] !== undefined && phase !== 'Stopping') return
      await new Promise<void>((resolve) => {
        life.wake = resolve
        if (ms !== undefined) setTimeout(resolve, ms).unref()
      })
    }
    if (!life.stopped) return
    life.passed.push({ phase: 'Stopping', startedAtMs: Date.now() })
    await new Promise((resolve) => setTimeout(resolve, 50))
    life.passed.push({ phase: 'Stopped', startedAtMs: Date.now() })
  }
  const standIn: StandIn = {
    url: proxy.url,
    account: motoAccount,
    proxy,
    moto,
    strangers,
    script: () => quick,
    machines: undefined,
    next: async (job) => {
      lives.get(job)?.wake()
      await new Promise((resolve) => setTimeout(resolve, 5))
    },
    forget: (job) => void lives.delete(job),
    log: (kind, stream, lines) => putLog(moto.url, kind, stream, lines),
    reset: async () => {
      lives.clear()
      pools.clear()
      proxy.seen.length = 0
      proxy.mend()
      proxy.rules.splice(0, proxy.rules.length, jobs, owners, lineBreaks)
      for (const name of Object.keys(strangers)) delete strangers[name]
      standIn.script = () => quick
      await moto.reset()
    },
    [Symbol.asyncDispose]: async () => {
      try {
        await standIn.machines?.[Symbol.asyncDispose]()
        await proxy[Symbol.asyncDispose]()
      } finally {
        await moto[Symbol.asyncDispose]()
      }
    },
  }
  const jobs = (exchange: Exchange): ReturnType<Proxy['rules'][number]> => {
    const found = /^(Create|Describe|Stop|Update)(Training|Processing)Job$/.exec(exchange.operation ?? '')
    if (found === null) return undefined
    const [, act, kind] = found
    const request = JSON.parse(exchange.body.toString()) as Record<string, unknown> // the SDK sends JSON
    const name = String(request[`${kind}JobName`])
    if (standIn.machines !== undefined)
      return onMachines(standIn.machines, requests, act, kind === 'Training' ? 'Training' : 'Processing', name, request)
    const life = lives.get(name)
    if (act === 'Create') {
      if (life !== undefined) return refusal('ResourceInUse', `Training job names must be unique: ${name}`)
      return { kind: 'rewrite', with: (answer) => begin(answer, name, kind === 'Training' ? 'Training' : 'Processing', request) }
    }
    if (life === undefined) return refusal('ValidationException', 'Requested resource not found.')
    if (act === 'Update') {
      const against = pools.update(name, request)
      return against === undefined
        ? { kind: 'answer', status: 200, body: '{}', headers: json }
        : refusal('ValidationException', against)
    }
    if (act === 'Stop') {
      if (last[life.passed.at(-1)?.phase ?? ''] !== undefined) {
        return refusal(
          'ValidationException',
          `The request was rejected because the ${kind?.toLowerCase()} job is in status ${stateOf(life)}.`,
        )
      }
      life.stopped = true
      life.wake()
      return { kind: 'answer', status: 200, body: '{}', headers: json }
    }
    const isOver = ['Completed', 'Failed', 'Stopped'].includes(stateOf(life))
    return { kind: 'rewrite', with: (answer) => described(answer, life, pools.describe(name, isOver)) }
  }
  const begin = (answer: Answer, name: string, kind: Life['kind'], request: Record<string, unknown>): Answer => {
    if (answer.status !== 200) return answer
    const life: Life = { script: standIn.script(name, request), kind, passed: [], stopped: false, wake: () => undefined }
    lives.set(name, life)
    pools.created(name, request)
    void live(life)
    return answer
  }
  // S3 answers 403 to whoever expects another owner than the bucket has.
  const owners = (exchange: Exchange): ReturnType<Proxy['rules'][number]> => {
    if (exchange.operation !== undefined) return undefined
    const bucket = exchange.path.split(/[/?]/)[1] ?? ''
    const expected = exchange.headers['x-amz-expected-bucket-owner']
    const owner = strangers[bucket] ?? motoAccount
    if (expected === undefined || expected === owner) return undefined
    return { kind: 'answer', status: 403, body: '<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>' }
  }
  proxy.rules.push(jobs, owners, lineBreaks)
  return standIn
}

const refusal = (
  type: string,
  message: string,
): { readonly kind: 'answer'; readonly status: number; readonly body: string; readonly headers: Record<string, string> } => ({
  kind: 'answer',
  status: 400,
  body: JSON.stringify({ __type: type, message }),
  headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-errortype': type },
})

/** A job that really runs: moto keeps its request, the machines know its state. */
async function onMachines(
  machines: Machines,
  requests: Map<string, Record<string, unknown>>,
  act: string | undefined,
  kind: Life['kind'],
  name: string,
  input: Record<string, unknown>,
): Promise<Outcome> {
  const job = { kind: kind === 'Training' ? 'training' : 'processing', name: jobName(name) } as const
  if (act === 'Create') {
    const request = { kind: job.kind, input } as unknown as JobRequest // as the SDK sent it
    const against = await machines.start(request)
    requests.set(name, input)
    return against === undefined ? { kind: 'rewrite' } : refusal(against.type, against.message)
  }
  const state = await machines.describe(job)
  if (state === undefined) return refusal('ValidationException', 'Requested resource not found.')
  if (act === 'Describe') return { kind: 'rewrite', with: (answer) => told(answer, state, kind, requests.get(name)) }
  if (isTerminal(state.status))
    return refusal('ValidationException', `The request was rejected because the job is in status ${wordOf(state)}.`)
  await machines.stop(job)
  return { kind: 'answer', status: 200, body: '{}', headers: { 'content-type': 'application/x-amz-json-1.1' } }
}

const words = {
  'in-progress': 'InProgress',
  stopping: 'Stopping',
  completed: 'Completed',
  failed: 'Failed',
  stopped: 'Stopped',
} as const
const wordOf = (state: JobState): string => words[state.status]

function told(answer: Answer, state: JobState, kind: Life['kind'], request: Record<string, unknown> | undefined): Answer {
  const seconds = (ms: number | undefined): number | undefined => (ms === undefined ? undefined : ms / 1_000)
  const said = JSON.parse(answer.body.toString()) as Record<string, unknown> // moto answers JSON
  const common = {
    ...said,
    ...request,
    CreationTime: seconds(state.createdAtMs),
    LastModifiedTime: seconds(Date.now()),
    FailureReason: state.failureReason,
    [`${kind}JobStatus`]: wordOf(state),
    [`${kind}StartTime`]: seconds(state.startedAtMs),
    [`${kind}EndTime`]: seconds(state.endedAtMs),
  }
  const training = {
    SecondaryStatus: state.phase,
    BillableTimeInSeconds: state.billableSeconds,
    SecondaryStatusTransitions: state.phases.map((phase) => ({
      Status: phase.name,
      StartTime: seconds(phase.startedAtMs),
      EndTime: seconds(phase.endedAtMs),
      StatusMessage: phase.message,
    })),
    FinalMetricDataList: state.finalMetrics.map(({ name, value, atMs }) => ({
      MetricName: name,
      Value: value,
      Timestamp: seconds(atMs),
    })),
  }
  return { ...answer, body: Buffer.from(JSON.stringify(kind === 'Training' ? { ...common, ...training } : common)) }
}

const stateOf = (life: Life): string => last[life.passed.at(-1)?.phase ?? ''] ?? 'InProgress'

function described(answer: Answer, life: Life, warm: Readonly<Record<string, unknown>>): Answer {
  const said = JSON.parse(answer.body.toString()) as Record<string, unknown> // moto answers JSON
  const { passed, script, kind } = life
  const seconds = (ms: number): number => ms / 1_000
  const status = stateOf(life)
  const over = status !== 'InProgress' && status !== 'Stopping'
  const started = passed.find(({ phase }) => phase === 'Training')?.startedAtMs
  const endedAt = over ? passed.at(-1)?.startedAtMs : undefined
  const common = {
    ...said,
    [`${kind}JobStatus`]: status,
    [`${kind}StartTime`]: started === undefined ? undefined : seconds(started),
    [`${kind}EndTime`]: endedAt === undefined ? undefined : seconds(endedAt),
    FailureReason: over ? script.failureReason : undefined,
  }
  const training = {
    SecondaryStatus: passed.at(-1)?.phase ?? 'Starting',
    SecondaryStatusTransitions: passed.map(({ phase, startedAtMs }, index) => ({
      Status: phase,
      StartTime: seconds(startedAtMs),
      EndTime: index + 1 < passed.length ? seconds(passed[index + 1]?.startedAtMs ?? 0) : undefined,
    })),
    ...warm,
    BillableTimeInSeconds: over ? script.billableSeconds : undefined,
    TrainingTimeInSeconds: over ? script.trainingSeconds : undefined,
    FinalMetricDataList: (script.metrics ?? []).map(({ name, value }) => ({
      MetricName: name,
      Value: value,
      Timestamp: seconds(Date.now()),
    })),
  }
  return { ...answer, body: Buffer.from(JSON.stringify(kind === 'Training' ? { ...common, ...training } : common)) }
}

async function putLog(url: string, kind: 'training' | 'processing', stream: string, lines: readonly LoggedLine[]): Promise<void> {
  const logGroupName = kind === 'training' ? '/aws/sagemaker/TrainingJobs' : '/aws/sagemaker/ProcessingJobs'
  const call = (operation: string, body: object): Promise<Response> =>
    fetch(url, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': `Logs_20140328.${operation}`,
        authorization: 'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/logs/aws4_request',
      },
    })
  // What exists already is no error here.
  await call('CreateLogGroup', { logGroupName })
  await call('CreateLogStream', { logGroupName, logStreamName: stream })
  const logEvents = lines.map(({ text, atMs }) => ({ timestamp: Math.floor(atMs), message: text }))
  const said = await call('PutLogEvents', { logGroupName, logStreamName: stream, logEvents })
  if (!said.ok) throw new Error(`PutLogEvents: ${await said.text()}`)
}

/** moto's router knows no key with a line break: such keys travel under another character. */
function lineBreaks({ operation, path, body, method }: Exchange): Outcome | undefined {
  if (operation !== undefined) return undefined
  const isDelete = method === 'POST' && path.includes('delete')
  const isList = method === 'GET' && path.includes('list-type=2')
  if (!isDelete && !isList && !path.includes('%0A')) return undefined
  const keys = isDelete ? { body: Buffer.from(body.toString().replaceAll(/&#x?[aA10]+;|\n/g, '\uE000')) } : {}
  const plain = (answer: Answer): Answer => ({
    ...answer,
    body: Buffer.from(answer.body.toString().replaceAll('%EE%80%80', '%0A')),
  })
  return { kind: 'rewrite', path: path.replaceAll('%0A', '%EE%80%80'), ...keys, ...(isList ? { with: plain } : {}) }
}
