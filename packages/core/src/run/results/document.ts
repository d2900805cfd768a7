import type { StandardSchemaV1 } from '@standard-schema/spec'
import { readArchived } from '../../archive/read-one.ts'
import { joinUri } from '../../names/object-uri.ts'
import type { JobRef } from '../../platform/jobs.ts'
import type { Platform } from '../../platform/platform.ts'
import type { Abortable } from '../../platform/abortable.ts'
import type { StoredOutput } from '../../spec/result.ts'
import { mostSmallBytes, readSmall } from '../decide/history.ts'
import { issuePath } from '../resolve/declared/hyperparameters.ts'
import { checkedJson } from './checked-json.ts'
import { ResultInvalidError } from './errors.ts'

/**
 * A document of an output, checked: of `.jsonl` a list with one for each line.
 * @throws {ResultInvalidError} for a document that is not there, is no JSON, or has another shape.
 */
export async function readDocument(
  { kind, name: job }: Pick<JobRef, 'kind' | 'name'>,
  output: StoredOutput,
  file: string,
  schema: StandardSchemaV1,
  { platform, signal }: Abortable & { readonly platform: Platform },
): Promise<unknown> {
  const document = `${output.output}/${file}`
  const invalid = (issues: ResultInvalidError['issues']): ResultInvalidError => new ResultInvalidError(job, issues, { document })
  const text = await textOf(kind, output, file, platform, signal === undefined ? {} : { signal })
  if (text === undefined) throw invalid([{ path: '', message: 'there is no such file: the program did not write one' }])
  const isList = file.endsWith('.jsonl')
  const parts = isList ? text.split('\n') : [text]
  const values: unknown[] = []
  const issues: ResultInvalidError['issues'][number][] = []
  for (const [index, part] of parts.entries()) {
    if (isList && part.trim() === '') continue
    const at = isList ? `:${index + 1}` : ''
    const read = checkedJson(part)
    if (read.why !== undefined) throw invalid([{ path: at, message: `cannot be read: ${read.why}` }])
    const outcome = await schema['~standard'].validate(read.value)
    if (outcome.issues === undefined) values.push(outcome.value)
    else issues.push(...outcome.issues.map((issue) => ({ path: `${at}${issuePath(issue)}`, message: issue.message })))
  }
  if (issues.length > 0) throw invalid(issues)
  return isList ? values : values[0]
}

async function textOf(
  kind: JobRef['kind'],
  { uri }: StoredOutput,
  file: string,
  platform: Platform,
  options: Abortable,
): Promise<string | undefined> {
  if (kind === 'processing') return readSmall(joinUri(uri, file), platform, options)
  if ((await platform.objects.find(uri, options)) === undefined) return undefined
  const bytes = await readArchived(platform.objects.read(uri, options), file, mostSmallBytes)
  return bytes === undefined ? undefined : Buffer.from(bytes).toString('utf8')
}
