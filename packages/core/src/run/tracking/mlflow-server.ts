import { redact } from '../../secrets/redact.ts'

const timeoutMs = 30_000
const uploadTimeoutMs = 3_600_000

/** A run as MLflow has it. */
export interface StoredRun {
  readonly id: string
  readonly experimentId: string
  readonly status: string
  /** Where its artifacts are. */
  readonly artifactUri: string
}

/** A value with its time and place in the course. */
export interface LoggedMetric {
  readonly key: string
  readonly value: number
  /** In milliseconds since 1970. */
  readonly timestamp: number
  readonly step: number
}

export interface Pair {
  readonly key: string
  readonly value: string
}

/** What MLflow answered that was no success. */
class MlflowRefusal extends Error {
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

/** The calls of MLflow's REST interface that logging a run takes. */
export class MlflowApi {
  readonly #server: string
  readonly #signal: AbortSignal
  readonly #headers: Readonly<Record<string, string>>

  constructor(server: string, signal: AbortSignal, env: NodeJS.ProcessEnv = process.env) {
    this.#server = server.replace(/\/+$/, '')
    this.#signal = signal
    this.#headers = authorization(env)
  }

  /** The id of an experiment, which is made when there is none. */
  async experiment(name: string): Promise<string> {
    const found = async (): Promise<string | undefined> => {
      const answer = await this.#call('GET', `experiments/get-by-name?experiment_name=${encodeURIComponent(name)}`).catch(
        unlessIt('RESOURCE_DOES_NOT_EXIST'),
      )
      return answer === undefined ? undefined : textAt(answer, 'experiment', 'experiment_id')
    }
    const before = await found()
    if (before !== undefined) return before
    const made = await this.#call('POST', 'experiments/create', { name }).catch(unlessIt('RESOURCE_ALREADY_EXISTS'))
    // Somebody else was quicker.
    return made === undefined ? ((await found()) ?? '') : textAt(made, 'experiment_id')
  }

  /** The run that has a tag of this value. */
  async runWith(experimentId: string, { key, value }: Pair): Promise<StoredRun | undefined> {
    const filter = `tags.\`${key}\` = '${value.replaceAll("'", '')}'`
    const answer = await this.#call('POST', 'runs/search', { experiment_ids: [experimentId], filter, max_results: 1 })
    const { runs } = answer
    const [first] = Array.isArray(runs) ? (runs as readonly unknown[]) : []
    return first === undefined ? undefined : storedRun(first)
  }

  async createRun(experimentId: string, name: string, startTime: number, tags: readonly Pair[]): Promise<StoredRun> {
    const body = { experiment_id: experimentId, run_name: name, start_time: startTime, tags }
    return storedRun((await this.#call('POST', 'runs/create', body))['run'])
  }

  async logBatch(runId: string, metrics: readonly LoggedMetric[], params: readonly Pair[]): Promise<void> {
    await this.#call('POST', 'runs/log-batch', { run_id: runId, metrics, params })
  }

  async endRun(runId: string, status: 'FINISHED' | 'FAILED' | 'KILLED', endTime: number): Promise<void> {
    await this.#call('POST', 'runs/update', { run_id: runId, status, end_time: endTime })
  }

  /** Stores a file of a run, where the server takes artifacts itself. */
  async upload({ artifactUri }: StoredRun, name: string, content: AsyncIterable<Uint8Array>): Promise<void> {
    const folder = artifactUri.replace(/^mlflow-artifacts:(\/\/[^/]*)?\/*/, '').replace(/\/+$/, '')
    const body = ReadableStream.from(content)
    await this.#send('PUT', `mlflow-artifacts/artifacts/${folder}/${name}`, { body, duplex: 'half' }, uploadTimeoutMs)
  }

  async #call(method: string, path: string, body?: object): Promise<Readonly<Record<string, unknown>>> {
    const json = body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
    const answer: unknown = await (await this.#send(method, `mlflow/${path}`, json, timeoutMs)).json()
    return isRecord(answer) ? answer : {}
  }

  async #send(method: string, path: string, { headers, ...rest }: RequestInit, limitMs: number): Promise<Response> {
    const limit = AbortSignal.timeout(limitMs)
    const response = await fetch(`${this.#server}/api/2.0/${path}`, {
      method,
      ...rest,
      headers: { ...(headers as Readonly<Record<string, string>> | undefined), ...this.#headers },
      // A password goes to the server that was named, and to no other.
      redirect: 'error',
      signal: AbortSignal.any([this.#signal, limit]),
    })
    if (response.ok) return response
    const text = await response.text()
    throw refusal(response.status, text)
  }
}

function refusal(status: number, text: string): MlflowRefusal {
  try {
    const { error_code: code, message } = JSON.parse(text) as Readonly<Record<string, unknown>>
    if (typeof code === 'string') return new MlflowRefusal(code, redact(`${code}: ${String(message).slice(0, 300)}`))
  } catch {
    // Not from MLflow: a proxy, or another server.
  }
  return new MlflowRefusal('', `it answered with status ${status}`)
}

/** As MLflow's own clients have it. */
function authorization(env: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
  const { MLFLOW_TRACKING_TOKEN: token, MLFLOW_TRACKING_USERNAME: user, MLFLOW_TRACKING_PASSWORD: password } = env
  if (user) return { authorization: `Basic ${Buffer.from(`${user}:${password ?? ''}`).toString('base64')}` }
  return token ? { authorization: `Bearer ${token}` } : {}
}

const unlessIt =
  (code: string) =>
  (cause: unknown): undefined => {
    if (cause instanceof MlflowRefusal && cause.code === code) return undefined
    throw cause
  }

function storedRun(given: unknown): StoredRun {
  const [id, experimentId, status, artifactUri] = ['run_id', 'experiment_id', 'status', 'artifact_uri'].map((name) =>
    textAt(given, 'info', name),
  ) as [string, string, string, string]
  return { id, experimentId, status, artifactUri }
}

function textAt(given: unknown, ...path: readonly string[]): string {
  let value = given
  for (const name of path) value = isRecord(value) ? value[name] : undefined
  return typeof value === 'string' ? value : ''
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null
