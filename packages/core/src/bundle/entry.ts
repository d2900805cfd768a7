import { SsmError } from '../errors/ssm-error.ts'
import { openFile } from '../files/part.ts'
import { isNodeEntry } from './node-entry.ts'

/** An entry that is to be run: its path in the code folder, and where it lies here. */
export interface EntryFile {
  readonly path: string
  readonly absolutePath: string
  readonly sizeBytes: number
}

const firstBytes = 4096
/** No one writes a longer script by hand. */
const mostBytes = 4 * 1024 * 1024

/**
 * Refuses an entry that no machine could run, before one is rented: a file of another language, and a script whose lines end
 * as on Windows, which a shell misunderstands line by line.
 * @throws {SsmError} `TASK_INVALID` with what can be run; `CODE_MISSING`, `STORAGE_DENIED`.
 */
export async function assertRunnable(entry: EntryFile): Promise<void> {
  if (entry.path.endsWith('.py') || isNodeEntry(entry.path)) return
  const text = await textOf(entry)
  const firstLine = text.slice(0, firstBytes).split('\n', 1)[0] ?? ''
  const isScript = firstLine.startsWith('#!') || /\.(?:sh|bash)$/.test(entry.path) || !/\.[^/.]+$/.test(entry.path)
  if (!isScript) throw refused(entry, 'cannot be run', ways(entry.path))
  if (firstLine.endsWith('\r') || (isForShell(entry.path, firstLine) && hasWindowsLines(text))) throw windowsLines(entry)
}

/**
 * Refuses a shell script for a command of the user's own when its lines end as on Windows.
 * @throws {SsmError} `TASK_INVALID`; `CODE_MISSING`, `STORAGE_DENIED`.
 */
export async function assertShellReadable(entry: EntryFile): Promise<void> {
  if (/\.(?:sh|bash)$/.test(entry.path) && hasWindowsLines(await textOf(entry))) throw windowsLines(entry)
}

const windowsLines = (entry: EntryFile): SsmError =>
  refused(
    entry,
    'has lines that end with CR LF, as on Windows',
    'Save it with LF line ends: a shell takes the CR for a part of the command.',
  )

function ways(path: string): string {
  if (path.endsWith('.ipynb')) return 'Save the notebook as a script first: jupyter nbconvert --to script NOTEBOOK.ipynb'
  return 'Entries that can be run: .py, .sh, .js, .mjs, .cjs, .ts, .mts, .cts, and a file of any name whose first line names its program, such as #!/usr/bin/env Rscript'
}

function refused({ path, absolutePath }: EntryFile, what: string, hint: string): SsmError {
  return new SsmError('TASK_INVALID', `The entry ${path} ${what}`, { hint, facts: { path: absolutePath } })
}

const isForShell = (path: string, firstLine: string): boolean =>
  firstLine.startsWith('#!') ? /^#!.*?\b(?:ba|da|k|z)?sh\b/.test(firstLine) : /\.(?:sh|bash)$/.test(path)

// Bytes behind a script's own lines, as of an archive that unpacks itself, are no lines.
const hasWindowsLines = (text: string): boolean => !text.includes('\0') && text.includes('\r\n')

async function textOf({ absolutePath, sizeBytes }: EntryFile): Promise<string> {
  await using file = await openFile(absolutePath)
  return Buffer.from(await file.part(0, Math.min(sizeBytes, mostBytes))).toString('latin1')
}
