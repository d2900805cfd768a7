/**
 * The local platform: the same requests, executed on this computer.
 *
 * @module @simple-sagemaker/core/local
 */
import { setMaxListeners } from 'node:events'
import { join, resolve } from 'node:path'
import { stopGraceSeconds } from '@simple-sagemaker/worker-toolkit/contract'
import type { PublishedImages } from '../containers/published.ts'
import { addressOf, type ObjectUri } from '../names/object-uri.ts'
import { inHome } from '../files/cache.ts'
import type { Fields } from '../options/did-you-mean.ts'
import { assertPlatformOptions } from '../options/errors.ts'
import { ignoredLocally } from '../options/task-options.ts'
import { PlatformError } from '../platform/errors.ts'
import type { Platform } from '../platform/platform.ts'
import { chosenIsolation, isolationFrom, type WantedIsolation } from './isolation/choose.ts'
import { localJobs } from './jobs/jobs.ts'
import { localLogs } from './logs/logs.ts'
import type { SpotInterruption } from './jobs/records.ts'
import type { PythonSettings } from './python/find-python.ts'
import { localRoles } from './roles.ts'
import { takeStore } from './objects/folders.ts'
import { pathOfFolder, pathOfKey } from './objects/key-path.ts'
import { directoryObjects } from './objects/objects.ts'
import { storeFolder } from './store-folder.ts'

/** What the local platform is opened with. */
export interface LocalOptions {
  /**
   * The Python that jobs run with: an interpreter, the folder of a virtual environment, or a name in the PATH. Default `SSM_PYTHON`,
   * else the active `VIRTUAL_ENV`, else a `.venv` beside the code or in the working folder, else `python3`.
   * @throws {PlatformError} `PLATFORM_UNSUPPORTED`, when a job is started, for one that is not there.
   */
  readonly python?: string
  /** Folders whose `.venv` is taken when there is none beside the code; default the working folder. */
  readonly venvFolders?: readonly string[]
  /** The engine of jobs in containers: `docker`, `podman`, or the path of one. Default: `SSM_CONTAINER_ENGINE`, else what answers. */
  readonly containerEngine?: string
  /** Tells the addresses of frameworks' images, and logs in to fetch them: what a job in a container may need of AWS. */
  readonly publishedImages?: () => Promise<PublishedImages>
  /** The folder that holds buckets and jobs; default `SSM_LOCAL_DIR`, else `.ssm` in the working folder. */
  readonly root?: string
  /** How many seconds a program may go on after SIGTERM before it is killed; default 120, as on SageMaker. */
  readonly stopGraceSeconds?: number
  /** Takes the machines of training jobs away as spot capacity is, to try out a program's checkpoints. */
  readonly simulateSpotInterruption?: SpotInterruption
  /** Watches what the programs of training jobs do with their state: each start is told in the job's `starts`. Default `false`. */
  readonly watchState?: boolean
  /** Seconds between two uploads of checkpoints and continuous outputs while a job runs; default 3. */
  readonly syncSeconds?: number
  /**
   * What the programs of jobs see of this computer. `namespace`: each machine has its own `/opt/ml`, `/state` and host name, as on
   * SageMaker; Linux only, where the system allows it. `environment`: variables and arguments point into the machine's folder.
   * `auto` takes the first where it works. Default `SSM_LOCAL_ISOLATION`, else `auto`.
   */
  readonly isolation?: WantedIsolation
}

const localFields: Fields<LocalOptions> = {
  python: true,
  venvFolders: true,
  containerEngine: true,
  publishedImages: true,
  root: true,
  stopGraceSeconds: true,
  simulateSpotInterruption: true,
  watchState: true,
  syncSeconds: true,
  isolation: true,
}

/** The path of an object of the local platform: `<root>/s3/<bucket>/<key>`. For people, who look at files. */
export function localPathOf(uri: ObjectUri, root: string): string {
  const { bucket, key } = addressOf(uri)
  const path = key.endsWith('/') || key === '' ? pathOfFolder(key) : pathOfKey(key)
  return join(resolve(root), 's3', bucket, path)
}

/**
 * The platform that needs nothing but this computer: buckets are folders, machines are processes, and every job is kept by
 * a process of its own, so that it outlives its client.
 *
 * A `.ssm` folder of yours that others may read or write becomes yours alone (mode 0700).
 *
 * @example const ex = project('ex', { platform: local({ root: '/data/ssm', python: 'python3.12' }) })
 * @throws {SsmError} `STORAGE_DENIED` when a folder named `.ssm` belongs to another user.
 * @throws {PlatformError} `PLATFORM_UNSUPPORTED` on Windows, and when the folder can be no store: a file, the home folder itself, a folder of the
 * system such as `/` or `/etc`.
 */
export function local(options: LocalOptions = {}): Platform {
  assertPlatformOptions('local', options, localFields, ['root', 'python', 'venvFolders', 'containerEngine'])
  if (process.platform === 'win32') throw notOnWindows()
  const root = storeFolder(options.root ?? (inHome(process.env['SSM_LOCAL_DIR']) || '.ssm'))
  takeStore(root)
  const closing = new AbortController()
  // Any number of jobs is watched at once; each listener goes with its watching.
  setMaxListeners(0, closing.signal)
  const settings = jobSettings(options)
  const programs = { python: pythonSettings(options), containerEngine: options.containerEngine }
  return {
    name: 'local',
    region: async () => 'local',
    abilities: {
      missingPaths: async () => missingPaths(root, settings.isolation),
      images: false,
      buildsImages: false,
      ignores: ignoredLocally,
      commandLine: 'local',
      leaseSilenceMs: 4_000,
    },
    jobs: localJobs(root, settings, programs, closing.signal),
    objects: directoryObjects(root),
    logs: localLogs(root, closing.signal),
    roles: localRoles(),
    images: {
      // Engines, archives and Dockerfiles: loaded when an image is asked for.
      resolve: async (need, settings) => (await import('./images.ts')).localImages(options).resolve(need, settings),
    },
    // Whoever wants to see what a job would cost elsewhere names a file with prices.
    prices: { priceOf: async () => ({ usdPerHour: 0, from: 'this computer' }) },
    // Jobs go on; only the watching of them ends.
    [Symbol.asyncDispose]: async () => closing.abort(new Error('The local platform was closed')),
  }
}

const jobSettings = (options: LocalOptions) => ({
  stopGraceSeconds: options.stopGraceSeconds ?? stopGraceSeconds,
  syncSeconds: options.syncSeconds ?? 3,
  isolation: isolationFrom(options.isolation ?? process.env['SSM_LOCAL_ISOLATION']),
  ...(options.watchState === true ? { watchesState: true as const } : {}),
  ...(options.simulateSpotInterruption === undefined ? {} : { spotInterruption: options.simulateSpotInterruption }),
})

const notOnWindows = (): PlatformError =>
  new PlatformError('PLATFORM_UNSUPPORTED', 'Local jobs run on Linux and macOS, not on Windows.', {
    hint: 'Start the program inside WSL 2, which is Linux, or run the task on AWS.',
  })

function pythonSettings({
  python = inHome(process.env['SSM_PYTHON']) || undefined,
  venvFolders = ['.'],
}: LocalOptions): PythonSettings {
  return { ...(python === undefined ? {} : { python }), venvFolders, environment: process.env }
}

async function missingPaths(root: string, wanted: WantedIsolation): Promise<string | undefined> {
  if ((await chosenIsolation(root, wanted)) === 'namespace') return undefined
  if (wanted === 'environment') return 'the isolation environment was chosen'
  return (await (await import('./isolation/probe.ts')).namespaceProbe(root)).why
}

/** What programs of local jobs see of this computer, and why. Makes nothing that stays. */
export async function localIsolation(): Promise<{
  /** What they see: the machine's own folders, or variables that point into them. */
  readonly name: 'environment' | 'namespace'
  /** Why it is this one, as a sentence. */
  readonly why: string
}> {
  if (isolationFrom(process.env['SSM_LOCAL_ISOLATION']) === 'environment')
    return { name: 'environment', why: 'SSM_LOCAL_ISOLATION says so' }
  const { works, why } = await (await import('./isolation/probe.ts')).probedElsewhere()
  return { name: works ? 'namespace' : 'environment', why }
}

/** A container engine that was asked whether it answers. */
export interface EngineState {
  /** `docker`, `podman`, or the path of the one that was named. */
  readonly program: string
  /** `used` for the one that local jobs and builds take; `silent` for one that is installed and does not answer. */
  readonly state: 'used' | 'silent' | 'missing'
  /** Its version; only of the one that is used. */
  readonly version?: string
  /** Why it does not answer, or what its containers lack, in words for people. */
  readonly why?: string
  /** What to do about that, where the cause is known. */
  readonly next?: string
}

/**
 * The container engines of this computer in the order in which they are asked, up to the one that is used: the one that
 * `SSM_CONTAINER_ENGINE` names, else docker, else podman.
 */
export async function containerEngines({
  environment,
  signal,
}: {
  /** Variables in the place of those of this process, `PATH` and `SSM_CONTAINER_ENGINE` among them. */
  readonly environment?: Readonly<Record<string, string | undefined>>
  /** Ends the asking. */
  readonly signal?: AbortSignal
} = {}): Promise<readonly EngineState[]> {
  const [{ askEngines }, { networkTrouble }] = await Promise.all([
    import('../containers/engine.ts'),
    import('../containers/troubles.ts'),
  ])
  const asked = await askEngines({ environment, signal })
  return asked.map(({ program, found, trouble = found?.kind === 'podman' ? networkTrouble(environment) : undefined }) => ({
    program,
    state: found !== undefined ? 'used' : trouble === undefined ? 'missing' : 'silent',
    ...(found === undefined ? {} : { version: found.version }),
    ...(trouble === undefined ? {} : { why: trouble.line }),
    ...(trouble?.next === undefined ? {} : { next: trouble.next }),
  }))
}
