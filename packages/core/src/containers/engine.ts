import { SsmError } from '../errors/ssm-error.ts'
import { inHome } from '../files/cache.ts'
import { callEngine, EngineFailure } from './call.ts'
import { engineTrouble, type EngineTrouble } from './troubles.ts'

/** The two programs that build and run containers; they take the same words for most things. */
export type EngineKind = 'docker' | 'podman'

/** A container engine of this computer that answers. */
export interface ContainerEngine {
  readonly kind: EngineKind
  /** Its name, or its path when it was given by one. */
  readonly program: string
  /** Of what does the work: docker's server, or podman itself. */
  readonly version: string
}

export interface FindEngineOptions {
  /** The engine to take: `docker`, `podman`, or the path of one. Default: the variable `SSM_CONTAINER_ENGINE`, else the first that answers. */
  readonly engine?: string | undefined
  readonly signal?: AbortSignal | undefined
  /** Variables beside those of this process; among them may be `SSM_CONTAINER_ENGINE` and another `PATH`. */
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined
}

/** An engine that was asked for its version. */
export interface AskedEngine {
  /** Its name, or its path when it was given by one. */
  readonly program: string
  /** What can be used, when it answers. */
  readonly found?: ContainerEngine
  /** Why it does not answer; `undefined` when it is not installed. */
  readonly trouble?: EngineTrouble
}

/**
 * Asks the engine that is named, else docker, else podman, until one answers: that is the last one of the list.
 */
export async function askEngines({ engine, signal, environment }: FindEngineOptions = {}): Promise<readonly AskedEngine[]> {
  const named = namedEngine({ engine, environment })
  const asked: AskedEngine[] = []
  for (const program of named === undefined ? ['docker', 'podman'] : [named]) {
    const one = await ask(program, environment, signal)
    asked.push(one)
    if (one.found !== undefined) break
  }
  return asked
}

const namedEngine = ({ engine, environment = process.env }: FindEngineOptions): string | undefined =>
  engine ?? (inHome(environment['SSM_CONTAINER_ENGINE']) || undefined)

/**
 * The engine to use: the one named, else docker, else podman, whichever answers. `undefined` when there is none; an engine that was
 * named must be there.
 * @throws {SsmError} `ENGINE_MISSING` when the one named does not answer.
 */
export async function findEngine(options: FindEngineOptions = {}): Promise<ContainerEngine | undefined> {
  const asked = await askEngines(options)
  const found = asked.at(-1)?.found
  if (found === undefined && namedEngine(options) !== undefined) throw silentEngine(asked)
  return found
}

/** As `findEngine`, for what cannot be done without one: `purpose` says what, as “to run a container”. */
export async function needEngine(purpose: string, options: FindEngineOptions = {}): Promise<ContainerEngine> {
  const asked = await askEngines(options)
  const found = asked.at(-1)?.found
  if (found !== undefined) return found
  if (namedEngine(options) !== undefined) throw silentEngine(asked)
  const reasons = asked.flatMap(({ program, trouble }) => (trouble === undefined ? [] : [`${program}: ${trouble.line}`]))
  throw new SsmError(
    'ENGINE_MISSING',
    `Neither docker nor podman answers, and one of them is needed ${purpose}${reasons.length === 0 ? '.' : ` (${reasons.join('; ')}).`}`,
    { hint: reasons.length === 0 ? install : (nextOf(asked) ?? start), facts: { reasons } },
  )
}

const install =
  'Install Docker (https://docs.docker.com/engine/install) or Podman (https://podman.io), start it, and check that you may use it: docker version, podman version. SSM_CONTAINER_ENGINE names another one.'
const start = 'Start it, and check that you may use it: docker version, podman version. SSM_CONTAINER_ENGINE names another one.'

const nextOf = (asked: readonly AskedEngine[]): string | undefined =>
  asked.flatMap(({ trouble }) => trouble?.next ?? []).join(' ') || undefined

const longestMs = 20_000

async function ask(
  program: string,
  environment: FindEngineOptions['environment'],
  signal: AbortSignal | undefined,
): Promise<AskedEngine> {
  const env = environment === undefined ? {} : { env: environment }
  const call = (args: readonly string[]) => callEngine(program, args, { ...env, signal, timeoutMs: longestMs })
  try {
    // Debian's podman-docker is podman under the name of docker.
    const kind = /podman/i.test((await call(['--version'])).stdout) ? 'podman' : 'docker'
    const words = ['version', '--format', kind === 'podman' ? '{{.Client.Version}}' : '{{.Server.Version}}']
    const version = (await call(words)).stdout.trim()
    if (version !== '') return { program, found: { kind, program, version } }
    return { program, trouble: { line: 'it does not tell its version', next: undefined } }
  } catch (cause) {
    if (signal?.aborted === true || !(cause instanceof EngineFailure)) throw cause
    if (cause.isMissing) return { program }
    const line = cause.lastLines.findLast((each) => each.trim() !== '') ?? cause.message
    return { program, trouble: engineTrouble(cause.lastLines.join('\n')) ?? { line: line.slice(0, 300), next: undefined } }
  }
}

function silentEngine(asked: readonly AskedEngine[]): SsmError {
  const { program = '', trouble } = asked.at(-1) ?? {}
  return new SsmError(
    'ENGINE_MISSING',
    `The container engine ${JSON.stringify(program)} ${trouble === undefined ? 'was not found.' : `does not answer: ${trouble.line}`}`,
    {
      hint: `${trouble === undefined ? '' : `${trouble.next ?? `Start it, and check that you may use it: ${program} version.`} `}SSM_CONTAINER_ENGINE and containerEngine name docker, podman, or the path of one.`,
      facts: { engine: program },
    },
  )
}
