import { isSsmError } from '../../../errors/ssm-error.ts'
import { readSome } from '../../../archive/read-some.ts'
import type { TaskLayout } from '../../../names/layout.ts'
import type { JobName } from '../../../names/job-name.ts'
import type { Abortable } from '../../../platform/abortable.ts'
import type { Platform } from '../../../platform/platform.ts'
import type { FingerprintParts } from '../../../spec/result.ts'
import { diffLines, withContext } from './line-diff.ts'
import type { ChangedFile, ReportedCode } from '../report-document.ts'

/** Jobs whose code is compared: their names, and the digests of their files. */
export interface CodeOf {
  readonly job: JobName
  readonly files: FingerprintParts
}

const mostFiles = 30
const mostBytes = 256 * 1024
/** Of all files together. */
const mostLines = 2_000
const mostCharacters = 400
const around = 3
const limits = { maxEntries: 100_000, maxBytes: 2 ** 30, maxRatio: 500 }

/** What is different in the text files of a job's code from those of an earlier one. */
export async function codeChanges(
  now: CodeOf,
  before: CodeOf,
  layout: TaskLayout,
  { objects }: Platform,
  options: Abortable,
): Promise<Pick<ReportedCode, 'changed' | 'comparedWith'> & { readonly leftOut: readonly string[] }> {
  const names = [...new Set([...Object.keys(before.files), ...Object.keys(now.files)])]
    .filter((name) => before.files[name] !== now.files[name])
    .toSorted()
  if (names.length === 0) return { changed: [], comparedWith: before.job, leftOut: [] }
  const wanted = new Set(names.slice(0, mostFiles))
  const [former, newer] = await Promise.all([before, now].map((code) => wantedFiles(code, wanted, layout, objects, options)))
  const changed: ChangedFile[] = []
  let room = mostLines
  for (const path of wanted) {
    const kind = before.files[path] === undefined ? 'new' : now.files[path] === undefined ? 'gone' : 'changed'
    const lines = linesOf(kind === 'new' ? [] : textOf(former?.get(path)), kind === 'gone' ? [] : textOf(newer?.get(path)))
    if (lines === undefined) changed.push({ path, kind })
    else if (lines.length <= room) {
      changed.push({ path, kind, lines })
      room -= lines.length
    } else {
      changed.push({ path, kind, lines: lines.slice(0, room), more: lines.length - room })
      room = 0
    }
  }
  const more = names.length - wanted.size
  return { changed, comparedWith: before.job, leftOut: more === 0 ? [] : [`${more} changed files of the code of ${now.job}.`] }
}

/** Those of the wanted files that the code has and that can be read. */
async function wantedFiles(
  { job, files }: CodeOf,
  wanted: ReadonlySet<string>,
  layout: TaskLayout,
  objects: Platform['objects'],
  options: Abortable,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const own = new Set([...wanted].filter((name) => files[name] !== undefined))
  if (own.size === 0) return new Map()
  try {
    return await readSome(objects.read(layout.job(job).bundle, options), own, { mostBytes, limits })
  } catch (cause) {
    options.signal?.throwIfAborted()
    if (!isSsmError(cause)) throw cause
    return new Map()
  }
}

/** The lines of a text; `undefined` for what is none, and what was not read. */
function textOf(bytes: Uint8Array | undefined): readonly string[] | undefined {
  if (bytes === undefined || bytes.includes(0)) return undefined
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return text.replace(/\r?\n$/, '').split(/\r?\n/)
  } catch {
    return undefined
  }
}

function linesOf(before: readonly string[] | undefined, now: readonly string[] | undefined): ChangedFile['lines'] {
  if (before === undefined || now === undefined) return undefined
  return withContext(diffLines(before, now), around).map((line) =>
    line === undefined ? ['…', ''] : [line[0], shortened(line[1])],
  )
}

const shortened = (text: string): string =>
  text.length > mostCharacters ? `${text.slice(0, mostCharacters)} … (${text.length} characters)` : text
