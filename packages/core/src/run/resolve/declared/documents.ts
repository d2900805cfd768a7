import { basename, join } from 'node:path'
import { readText } from '../../../files/read.ts'
import { fileFacts, kindOf } from '../../../files/stat.ts'
import { InvalidTaskError } from '../../../options/errors.ts'
import type { FoundProblem } from '../../../options/option.ts'
import type { DocumentSpec, TaskSpec } from '../../../spec/task-spec.ts'
import { checkedJson } from '../../results/checked-json.ts'
import { checkHyperparameters, issuePath } from './hyperparameters.ts'

/** Larger ones are checked by the program, as it reads them. */
const mostDocumentBytes = 16 * 1024 * 1024

/**
 * The task with its hyperparameters as its schema gives them back, once the documents of its local channels are as declared.
 * @throws {InvalidTaskError} with every issue, before anything starts.
 */
export async function checkDeclared(spec: TaskSpec): Promise<TaskSpec> {
  const checked = await checkHyperparameters(spec)
  const problems = await Promise.all((spec.documents ?? []).map((document) => problemsOf(spec, document)))
  if (problems.flat().length > 0) throw new InvalidTaskError(spec.task, problems.flat())
  return checked
}

async function problemsOf(spec: TaskSpec, document: DocumentSpec): Promise<readonly FoundProblem[]> {
  const input = spec.inputs.find(({ channel }) => channel === document.place)
  // What is in an archive is only seen on the machine.
  if (document.of === 'output' || input?.source.kind !== 'local' || input.unpack) return []
  const place = `${document.place}/${document.file}`
  const { path } = input.source
  const kind = await kindOf(path)
  // What is not there at all is told when the inputs are looked for.
  if (kind === undefined) return []
  const file = kind === 'folder' ? join(path, input.subdir ?? '', document.file) : path
  if ((kind === 'file' && basename(path) !== document.file) || (await kindOf(file)) !== 'file')
    return [{ path: place, value: undefined, message: 'is declared and is not there' }]
  if ((await fileFacts(file)).sizeBytes > mostDocumentBytes) return []
  const text = (await readText(file, mostDocumentBytes)) ?? ''
  if (!document.file.endsWith('.jsonl')) return await issuesOf(document, text, place)
  const lines = text.split('\n').map((line, index) => [line, index + 1] as const)
  const checked = lines.filter(([line]) => line.trim() !== '').map(([line, at]) => issuesOf(document, line, `${place}:${at}`))
  return (await Promise.all(checked)).flat().slice(0, mostShown)
}

const mostShown = 20

async function issuesOf({ schema }: DocumentSpec, text: string, place: string): Promise<readonly FoundProblem[]> {
  const read = checkedJson(text)
  if (read.why !== undefined) return [{ path: place, value: undefined, message: `cannot be read: ${read.why}` }]
  const { issues = [] } = await schema['~standard'].validate(read.value)
  return issues.map((issue) => ({ path: `${place}${issuePath(issue)}`, value: undefined, message: issue.message }))
}
