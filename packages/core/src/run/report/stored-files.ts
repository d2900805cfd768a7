import { createHash } from 'node:crypto'
import { isSsmError } from '../../errors/ssm-error.ts'
import type { TaskLayout } from '../../names/layout.ts'
import { objectUri, type ObjectUri } from '../../names/object-uri.ts'
import type { Abortable } from '../../platform/abortable.ts'
import type { JobState } from '../../platform/jobs.ts'
import type { Platform } from '../../platform/platform.ts'
import type { StoredObject } from '../../platform/objects.ts'
import { namedOutputsOf, outputsOf, outputUri } from '../results/outputs.ts'
import type { ReportedFiles, ReportedInput, StoredFiles } from './report-document.ts'

const mostListed = 2_000
const mostNamed = 50

/** The outputs of a job and the state of its task, as far as there is something. */
export async function storedOutputFiles(
  layout: TaskLayout,
  state: JobState,
  platform: Platform,
  options: Abortable,
): Promise<readonly ReportedFiles[]> {
  const named = (await namedOutputsOf(layout, state, platform.objects, options).catch(nothingWhenMissing)) ?? []
  const files: ReportedFiles[] = []
  for (const name of outputsOf(state.kind, named)) {
    const uri = outputUri(layout, state.kind, state.name, name)
    const found = await filesBelow(uri, platform, options).catch(nothingWhenMissing)
    if (found !== undefined && found.files > 0) files.push({ name, uri, ...found })
  }
  return files
}

/**
 * Inputs with what lies there now. Whoever may run jobs need not be allowed to list what they read: then the size is unknown, and
 * that is said.
 */
export async function withStoredFiles(
  inputs: readonly ReportedInput[],
  platform: Platform,
  options: Abortable,
): Promise<{ readonly inputs: readonly ReportedInput[]; readonly leftOut: readonly string[] }> {
  const leftOut: string[] = []
  const found = await Promise.all(
    inputs.map(async (input): Promise<ReportedInput> => {
      try {
        return { ...input, stored: await filesBelow(objectUri(input.uri), platform, options) }
      } catch (cause) {
        options.signal?.throwIfAborted()
        if (!isSsmError(cause)) throw cause
        leftOut.push(`The size of input ${input.channel}: ${cause.message}`)
        return input
      }
    }),
  )
  return { inputs: found, leftOut: leftOut.toSorted() }
}

async function filesBelow(uri: ObjectUri, { objects }: Platform, options: Abortable): Promise<StoredFiles> {
  const first: StoredFiles['first'][number][] = []
  const digest = createHash('sha256')
  let [files, bytes, isMore] = [0, 0, false]
  for await (const object of objects.list(uri, options)) {
    if (files >= mostListed) {
      isMore = true
      break
    }
    files += 1
    bytes += object.sizeBytes
    const file = { path: pathBelow(uri, object), bytes: object.sizeBytes, etag: object.etag }
    digest.update(`${JSON.stringify(Object.values(file))}\n`)
    if (first.length < mostNamed) first.push(file)
  }
  return { files, bytes, first, ...(isMore ? { isMore } : files === 0 ? {} : { digest: digest.digest('hex') }) }
}

/** The name below a folder, or the last part of the name of an object. */
const pathBelow = (uri: ObjectUri, { uri: found }: StoredObject): string =>
  found.slice(uri.length) || found.slice(found.lastIndexOf('/') + 1)

function nothingWhenMissing(cause: unknown): undefined {
  if (!isSsmError(cause, 'OBJECT_MISSING')) throw cause
}
