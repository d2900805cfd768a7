import { readFileSync, renameSync, statSync, watch, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import process from 'node:process'
import { SsmError, type TaskDeclaration } from '@simple-sagemaker/core'
import type { Call } from '../../settings/call.ts'
import { exits } from '../../grammar/exit-codes.ts'
import { typesOptions } from '../../grammar/tables/small-options.ts'
import { usageError } from '../../grammar/usage-error.ts'
import { valuesOf } from '../../grammar/values.ts'
import { pathFrom } from '../../terminal/context.ts'
import { abortOnSignal } from '../abort-signal.ts'
import { describeProgram } from '../describe-program.ts'
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
  const write = async (): Promise<void> => {
    const isNew = writeChanged(out, await textFor(file, out, signal))
    if (json) context.stdout.write(`${JSON.stringify({ v: 1, path: out, changed: isNew })}\n`)
    else context.stderr.write(isNew ? `wrote ${out}\n` : `${out} is up to date\n`)
  }
  await write()
  if (typesWatch === true) await writeAgain(file, out, write, signal, (text) => context.stderr.write(text))
  return exits.done
}

async function textFor(file: string, out: string, signal: AbortSignal): Promise<string> {
  // As the loader writes it.
  const reply = (await describeProgram(file, 'types', signal)) as TypesReply | null
  if (reply === null) throw usageError(`${file} exports no project`, 'Write: export default project(…).add(…)')
  if ('error' in reply)
    throw new SsmError('TASK_INVALID', reply.error.message, { facts: { path: file }, hint: reply.error.hint ?? '' })
  const typed = typedOf(reply.tasks)
  return /\.[cm]?ts$/.test(out) ? typescriptText(typed) : pythonText(typed)
}

type TypesReply =
  | { readonly tasks: readonly TaskDeclaration[] }
  | { readonly error: { readonly message: string; readonly hint?: string } }

/** Its size is asked first: what is no file of this size is not read. */
function isWritten(out: string, text: string): boolean {
  const stats = statSync(out, { throwIfNoEntry: false })
  return stats?.isFile() === true && stats.size === Buffer.byteLength(text) && readFileSync(out, 'utf8') === text
}

// A worker or an editor may read it now: it is replaced as a whole.
function writeChanged(out: string, text: string): boolean {
  if (isWritten(out, text)) return false
  const draft = `${out}.${process.pid}.new`
  writeFileSync(draft, text)
  renameSync(draft, out)
  return true
}

/** Until it is interrupted: a file of the program's folder changed, so its types are written again. */
async function writeAgain(
  file: string,
  out: string,
  write: () => Promise<void>,
  signal: AbortSignal,
  tell: (text: string) => void,
): Promise<void> {
  let [isBusy, isAsked] = [false, false]
  const again = async (): Promise<void> => {
    isAsked = true
    if (isBusy) return
    isBusy = true
    while (isAsked && !signal.aborted) {
      isAsked = false
      // A program that does not load while it is edited is reported, and the next change is waited for.
      await write().catch(
        (error: unknown) => signal.aborted || tell(`${error instanceof Error ? error.message : String(error)}\n`),
      )
    }
    isBusy = false
  }
  const watcher = watch(dirname(file), { recursive: true }, (_, name) => {
    if (name !== null && /\.[cm]?[jt]s$/.test(name) && basename(name) !== basename(out)) void again()
  })
  try {
    // What changed while nobody watched yet.
    void again()
    await new Promise<void>((resolve, reject) => {
      watcher.on('error', reject)
      signal.addEventListener('abort', () => resolve(), { once: true })
      if (signal.aborted) resolve()
    })
  } finally {
    watcher.close()
  }
}
