import type { Fields } from '../../options/did-you-mean.ts'
import { join, resolve } from 'node:path'
import { paths } from '@simple-sagemaker/worker-toolkit/contract'
import { extractArchive, type Extracted } from '../../archive/untar.ts'
import type { Progress } from '../../events/run-event.ts'
import { arrivalOf } from '../../files/downloads/place.ts'
import { assertRoom } from '../../files/downloads/room.ts'
import { writeNew } from '../../files/downloads/write-new.ts'
import type { ObjectUri } from '../../names/object-uri.ts'
import type { TaskLayout } from '../../names/layout.ts'
import type { JobRef } from '../../platform/jobs.ts'
import type { StoredObject } from '../../platform/objects.ts'
import { assertNoHomePath } from '../../options/errors.ts'
import { downloadFolder } from '../../sync/download.ts'
import type { TaskContext } from '../context.ts'
import { namedOutputsOf, outputsOf, outputUri } from './outputs.ts'
import { assertGiven, optionProblemsOf } from '../lookup/given.ts'
import { writeLogs } from './log-files.ts'
import { stateArchives, unpackState } from './state-archives.ts'
import type { Downloadable, Downloaded, DownloadOptions } from './task-result.ts'

export const downloadFields: Fields<DownloadOptions> = { only: true, unpack: true, signal: true }

/** Brings parts of a job into a folder, each whole or not at all; a part the job left nothing of is left out. */
export async function downloadJob(
  job: JobRef,
  layout: TaskLayout,
  folder: string,
  options: DownloadOptions,
  context: TaskContext,
): Promise<Downloaded> {
  assertGiven('download', [
    ...(typeof folder === 'string' ? [] : [{ path: 'folder', value: folder, message: 'must be a path' }]),
    ...optionProblemsOf(options, downloadFields),
    ...(options?.only === undefined || Array.isArray(options.only)
      ? []
      : [{ path: 'only', value: options.only, message: 'must be a list of parts', hint: "Write { only: ['model'] }." }]),
  ])
  assertNoHomePath(folder)
  const signal = options.signal ?? new AbortController().signal
  const parts = options.only ?? (await everyPart(job, layout, context, signal))
  const files: Partial<Record<string, number>> = {}
  const warnings: string[] = []
  const owner = layout.root.split('/').slice(-3, -1).join('/')
  // A model of gigabytes does not come first when the state has no place.
  for (const part of parts) assertRoom(resolve(folder, part), { of: owner })
  for (const part of parts) {
    await using arrival = await arrivalOf(resolve(folder, part), owner)
    const target = { path: arrival.path, unpack: options.unpack ?? true, warnings }
    const count =
      part === 'logs'
        ? await writeLogs(job, arrival.path, context, signal)
        : await fetchOutput(outputUri(layout, job.kind, job.name, part), part, target, context, signal)
    if (count === undefined) continue
    await arrival.commit(signal)
    files[part] = count
  }
  return { folder, files, warnings }
}

async function everyPart(
  job: JobRef,
  layout: TaskLayout,
  { platform }: TaskContext,
  signal: AbortSignal,
): Promise<readonly Downloadable[]> {
  const named = await namedOutputsOf(layout, job, platform.objects, { signal })
  return ['logs', ...outputsOf(job.kind, named).filter((output) => output !== 'source')]
}

interface Target {
  readonly path: string
  readonly unpack: boolean
  readonly warnings: string[]
}

/** Where the machine had the folders that became archives: absolute links in them mean the archive itself. */
const roots = [paths.training.model, paths.training.outputData]
const stateRoots = [paths.training.state, paths.processing.state]

/** Gives the number of files; `undefined` when there is nothing. */
async function fetchOutput(
  uri: ObjectUri,
  output: string,
  { path, unpack, warnings }: Target,
  context: TaskContext,
  signal: AbortSignal,
): Promise<number | undefined> {
  const { objects } = context.platform
  const tell = (progress: Progress): void => context.tell({ type: 'downloaded', what: output, progress })
  const archives = output === 'state' && unpack ? await stateArchives(uri, objects, signal) : []
  if (archives.length > 0) {
    const read = (archive: StoredObject) => counted(archive.uri, archive.sizeBytes, tell, context, signal)
    const { files, leftOut } = await unpackState(archives, path, read, { roots: stateRoots, signal })
    warnOfLinks(output, leftOut, warnings)
    return files
  }
  if (uri.endsWith('/')) {
    const got = await downloadFolder({ source: uri, target: path, objects, onProgress: tell, signal })
    return got.files === 0 ? undefined : got.files
  }
  const object = await objects.find(uri, { signal })
  if (object === undefined) return undefined
  const chunks = counted(uri, object.sizeBytes, tell, context, signal)
  if (!unpack) {
    await writeNew(join(path, uri.slice(uri.lastIndexOf('/') + 1)), chunks, signal)
    return 1
  }
  const { files, leftOut } = await extractArchive(chunks, path, { roots, signal })
  warnOfLinks(output, leftOut, warnings)
  return files
}

function warnOfLinks(output: string, leftOut: Extracted['leftOut'], warnings: string[]): void {
  const names = leftOut.slice(0, mostNamed).map(({ name, reason }) => `${name} (${reason})`)
  if (names.length > 0)
    warnings.push(`${output}: left out ${leftOut.length === 1 ? 'a link' : `${leftOut.length} links`}: ${names.join(', ')}`)
}

const mostNamed = 10

/** A model may be gigabytes, and on many networks one connection alone is slow. */
const connections = 4

async function* counted(
  uri: ObjectUri,
  ofBytes: number,
  tell: (progress: Progress) => void,
  context: TaskContext,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  let bytes = 0
  for await (const chunk of context.platform.objects.read(uri, { connections, signal })) {
    bytes += chunk.length
    tell({ bytes, ofBytes, files: bytes >= ofBytes ? 1 : 0, ofFiles: 1 })
    yield chunk
  }
}
