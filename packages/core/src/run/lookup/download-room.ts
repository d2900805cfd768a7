import { resolve } from 'node:path'
import { assertRoom } from '../../files/downloads/room.ts'
import type { Fields } from '../../options/did-you-mean.ts'
import { assertNoHomePath } from '../../options/errors.ts'
import type { FoundProblem } from '../../options/option.ts'
import { logFileName } from '../results/log-files.ts'
import type { Downloadable } from '../results/task-result.ts'
import { assertGiven, optionProblemsOf } from './given.ts'

/** A download that is to follow a run. */
export interface PlannedDownload {
  /** The project of the task. */
  readonly project: string
  /** The task. */
  readonly task: string
  /** Which parts; default the logs, model, output and state. */
  readonly only?: readonly Downloadable[]
  /** Whether archives are unpacked; default `true`. */
  readonly unpack?: boolean
  /** How many machines the job has; default 1. */
  readonly machines?: number
  /** Whether it is certain that a new job runs, as with `force`; default `false`. */
  readonly isNewJob?: boolean
}

const fields: Fields<PlannedDownload> = { project: true, task: true, only: true, unpack: true, machines: true, isNewJob: true }

/**
 * Refuses a folder into which `download()` could not bring what a task is about to make, before a job costs anything: what another task
 * left is in it, a file or a link is where a folder is to be, files of somebody else have the names of the logs, or nothing can be written
 * there. What only the results tell is found by the download itself. Writes nothing.
 *
 * @example assertDownloadable('./out', { project: 'ex', task: 'train', only: ['logs', 'model'] })
 * @throws {SsmError} `STORAGE_DENIED`.
 */
export function assertDownloadable(folder: string, download: PlannedDownload): void {
  assertGiven('assertDownloadable', [
    ...(typeof folder === 'string' ? [] : [{ path: 'folder', value: folder, message: 'must be a path' }]),
    ...optionProblemsOf(download, fields),
    ...untypedProblemsOf(download),
  ])
  assertNoHomePath(folder)
  const { project, task, only = ['logs', 'model', 'output', 'state'], isNewJob = false } = download
  for (const part of only)
    assertRoom(resolve(folder, part), { of: `${project}/${task}`, files: knownFiles(part, download), areNew: isNewJob })
}

/** What a caller without types may have given. */
function untypedProblemsOf(download: unknown): readonly FoundProblem[] {
  const { project, task, only, machines } = Object(download) as Readonly<Record<string, unknown>>
  const isList = only === undefined || (Array.isArray(only) && only.every((part) => typeof part === 'string'))
  return [
    ...Object.entries({ project, task }).flatMap(([path, value]) =>
      typeof value === 'string' ? [] : [{ path, value, message: 'must be a name' }],
    ),
    ...(isList ? [] : [{ path: 'only', value: only, message: 'must be a list of parts', hint: "Write { only: ['model'] }." }]),
    ...(machines === undefined || Number.isSafeInteger(machines)
      ? []
      : [{ path: 'machines', value: machines, message: 'must be a whole number' }]),
  ]
}

function knownFiles(part: Downloadable, { machines = 1, unpack = true }: PlannedDownload): readonly string[] {
  if (part === 'logs') return Array.from({ length: machines }, (_, index) => logFileName(`algo-${index + 1}`))
  return part === 'model' && !unpack ? ['model.tar.gz'] : []
}
