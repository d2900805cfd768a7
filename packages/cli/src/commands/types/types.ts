import { dirname, join } from 'node:path'
import { SsmError, type TaskDeclaration } from '@simple-sagemaker/core'
import type { Call } from '../../settings/call.ts'
import { exits } from '../../grammar/exit-codes.ts'
import { typesOptions } from '../../grammar/tables/small-options.ts'
import { usageError } from '../../grammar/usage-error.ts'
import { valuesOf } from '../../grammar/values.ts'
import { pathFrom } from '../../terminal/context.ts'
import { plainText } from '../../terminal/text.ts'
import { abortOnSignal } from '../abort-signal.ts'
import { describeProgram } from '../describe-program.ts'
import { isWritten, writeChanged } from '../write-files.ts'
import { FolderChanges } from './folder-changes.ts'
import { pythonText } from './python.ts'
import { typedOf } from './shapes.ts'
import { typescriptText } from './typescript.ts'

/** `ssm types FILE`: the types of workers, from what the tasks of a project that the file exports declare. */
export async function types({ parsed, context, json }: Call): Promise<number> {
  const { typesOut, typesCheck, typesWatch } = valuesOf(parsed, typesOptions)
  const file = pathFrom(context, parsed.positionals[0] ?? '')
  const out = typesOut === undefined ? join(dirname(file), 'ssm_types.py') : pathFrom(context, typesOut)
  using interrupt = abortOnSignal(context)
  const { signal } = interrupt
  if (typesCheck === true) {
    const isUpToDate = isWritten(out, await textFor(file, out, signal))
    if (json) context.stdout.write(`${JSON.stringify({ v: 1, path: out, isUpToDate })}\n`)
    else if (!isUpToDate) context.stderr.write(`${out} is not what ${file} declares. Run: ssm types ${parsed.positionals[0]}\n`)
    return isUpToDate ? exits.done : exits.failed
  }
  // Looked at before the program is read the first time: what changes meanwhile is seen.
  const changes = typesWatch === true ? await FolderChanges.since(dirname(file), out) : undefined
  const write = async (): Promise<void> => {
    const isNew = writeChanged(out, await textFor(file, out, signal))
    if (json) context.stdout.write(`${JSON.stringify({ v: 1, path: out, changed: isNew })}\n`)
    else context.stderr.write(isNew ? `wrote ${out}\n` : `${out} is up to date\n`)
  }
  await write()
  if (changes !== undefined) await writeAgain(changes, write, signal, (text) => context.stderr.write(text))
  return exits.done
}

/** Until it is interrupted: a file of the program's folder changed, so its types are written again. */
async function writeAgain(
  changes: FolderChanges,
  write: () => Promise<void>,
  signal: AbortSignal,
  tell: (text: string) => void,
): Promise<void> {
  try {
    for (;;) {
      await changes.next(signal)
      // A program that does not load while it is edited is reported, and the next change is waited for.
      await write().catch(
        (error: unknown) => signal.aborted || tell(`${plainText(error instanceof Error ? error.message : String(error))}\n`),
      )
    }
  } catch (cause) {
    if (!signal.aborted) throw cause
  }
}

async function textFor(file: string, out: string, signal: AbortSignal): Promise<string> {
  // As the loader writes it.
  const reply = (await describeProgram(file, 'types', signal)) as TypesReply | null
  if (reply === null) throw usageError(`${file} exports no project`, 'Write: export default project(…).add(…)')
  if ('runs' in reply)
    throw usageError(
      `${file} exports no project, or runs a task before it exports one`,
      'Write the project into a file that runs nothing (export default project(…).add(…)), and import it where it is run.',
    )
  if ('error' in reply)
    throw new SsmError('TASK_INVALID', reply.error.message, { facts: { path: file }, hint: reply.error.hint ?? '' })
  const typed = typedOf(reply.tasks)
  return /\.[cm]?ts$/.test(out) ? typescriptText(typed) : pythonText(typed)
}

type TypesReply =
  | { readonly runs: true }
  | { readonly tasks: readonly TaskDeclaration[] }
  | { readonly error: { readonly message: string; readonly hint?: string } }
