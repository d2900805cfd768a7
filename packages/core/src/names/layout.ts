import type { JobName } from './job-name.ts'
import { bucketName, folderUri, joinUri, objectUri, type ObjectUri } from './object-uri.ts'
import { InvalidNameError } from './task-name.ts'
import type { ProjectName, TaskName } from './task-name.ts'

/** Where a task lives: `s3://<bucket>/[<prefix>/]<project>/<task>/`. */
export interface TaskPlace {
  readonly bucket: string
  /** S3 prefix in front of the project, without slashes at its ends; empty for none. */
  readonly prefix: string
  readonly project: ProjectName
  readonly task: TaskName
}

/** Where everything of a task lives; the same names the Python original uses, plus two of our own (`task.json`, `lease`). */
export interface TaskLayout {
  /** The task's folder; `OutputDataConfig.S3OutputPath` is this without its last slash. */
  readonly root: ObjectUri
  /** The folder a local input is synced to: `input/` for channel `data`, as the original; `input-<channel>/` for others. */
  input(channel: string): ObjectUri
  /** What an input folder holds, by content: spares sending unchanged files again. */
  inputIndex(channel: string): ObjectUri
  /** Wheels by their lock's digest: in the project's folder, where its tasks share them, under a name that no task has. */
  packages(digest: string): { readonly folder: ObjectUri; readonly index: ObjectUri }
  /**
   * `state/`, as the original. SageMaker reads its address as a prefix, without the slash: for tasks whose job folders begin with
   * `state`, too, it is `.state/`.
   */
  readonly state: ObjectUri
  /** Where the state of such a task was kept before; absent for all others. */
  readonly formerState?: ObjectUri
  /**
   * Held while one client decides and submits, so that two never start the same task twice. Its name sorts before that of
   * any job, so that a listing looks at it first.
   */
  readonly lease: ObjectUri
  job(job: JobName): JobLayout
}

export interface JobLayout {
  readonly root: ObjectUri
  /** The `code` channel of the job: launcher, its settings, and the bundle. */
  readonly source: ObjectUri
  readonly launcher: ObjectUri
  readonly launcherSettings: ObjectUri
  readonly bundle: ObjectUri
  /** What was decided and why: fingerprint and its parts, in our own words. */
  readonly record: ObjectUri
  /** Written before the job is stopped because it waited for spot machines in vain. */
  readonly waitEnded: ObjectUri
  /** The jobs whose warm machines fitted this one when it was submitted. */
  readonly warmOffers: ObjectUri
  /** Names the one object of a channel whose neighbours are not to come. */
  manifest(channel: string): ObjectUri
  readonly outputFolder: ObjectUri
  /** Where the outputs lie that a processing task names itself. */
  readonly namedOutputs: ObjectUri
  readonly namedOutput: (name: string) => ObjectUri
  readonly model: ObjectUri
  readonly output: ObjectUri
}

const inputName = (channel: string): string => (channel === 'data' ? 'input' : `input-${channel}`)

/**
 * A prefix of keys with single slashes, and none at its ends: SageMaker takes no empty name between two.
 * @throws {InvalidNameError} for what no address can hold.
 */
export function keyPrefix(text: string): string {
  // Without types anything may be given.
  if (typeof (text as unknown) !== 'string' || text.length > 512 || /[\p{Cc}\u2028\u2029]/u.test(text))
    throw new InvalidNameError('prefix', text, 'at most 512 characters without control characters')
  const parts = text.split('/').filter((part) => part !== '')
  if (parts.some((part) => part === '.' || part === '..'))
    throw new InvalidNameError('prefix', text, 'parts other than "." and "..", which would stand for another folder')
  return parts.join('/')
}

/** The folder that holds the projects of a bucket. */
export function bucketRoot({ bucket, prefix }: Pick<TaskPlace, 'bucket' | 'prefix'>): ObjectUri {
  const parts = [keyPrefix(prefix)].filter((part) => part !== '')
  return folderUri(joinUri(objectUri(`s3://${bucketName(bucket)}`), ...parts))
}

/** The folder that holds the tasks of a project. */
export function projectRoot(place: Omit<TaskPlace, 'task'>): ObjectUri {
  return folderUri(joinUri(bucketRoot(place), place.project))
}

/** What is spent and reserved of a project's budget: beside its tasks, under a name that no task has. */
export function budgetLedger(place: Omit<TaskPlace, 'task'>): ObjectUri {
  return joinUri(projectRoot(place), '.budget.json')
}

/** One empty note for each job that keeps its machines warm: beside the project's tasks, under a name that no task has. */
export function warmNotes(place: Omit<TaskPlace, 'task'>): { readonly folder: ObjectUri; note(job: JobName): ObjectUri } {
  const folder = folderUri(joinUri(projectRoot(place), '.warm'))
  return { folder, note: (job) => joinUri(folder, job) }
}

export function layoutOf(place: TaskPlace): TaskLayout {
  const root = folderUri(joinUri(projectRoot(place), place.task))
  return {
    root,
    input: (channel) => folderUri(joinUri(root, inputName(channel))),
    packages: (digest) => ({
      folder: folderUri(joinUri(projectRoot(place), '.packages', digest)),
      index: joinUri(projectRoot(place), '.packages', `${digest}.index.json`),
    }),
    inputIndex: (channel) => joinUri(root, `${inputName(channel)}.index.json`),
    ...(place.task.startsWith('state')
      ? { state: folderUri(joinUri(root, '.state')), formerState: folderUri(joinUri(root, 'state')) }
      : { state: folderUri(joinUri(root, 'state')) }),
    lease: joinUri(root, '.lease.json'),
    job: (job) => jobLayout(folderUri(joinUri(root, job))),
  }
}

function jobLayout(root: ObjectUri): JobLayout {
  const source = folderUri(joinUri(root, 'source'))
  const outputFolder = folderUri(joinUri(root, 'output'))
  return {
    root,
    source,
    launcher: joinUri(source, 'launch.sh'),
    launcherSettings: joinUri(source, 'launch.settings'),
    bundle: joinUri(source, 'sourcedir.tar.gz'),
    record: joinUri(root, 'task.json'),
    waitEnded: joinUri(root, 'wait-ended.json'),
    warmOffers: joinUri(root, 'warm-offers.json'),
    manifest: (channel) => joinUri(root, `${channel}.manifest`),
    outputFolder,
    model: joinUri(outputFolder, 'model.tar.gz'),
    output: joinUri(outputFolder, 'output.tar.gz'),
    namedOutputs: folderUri(joinUri(root, 'outputs')),
    namedOutput: (name) => folderUri(joinUri(root, `outputs/${name}`)),
  }
}
