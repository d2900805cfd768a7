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
 * as on Windows, which a shell misunderstands line by line, and text that is not UTF-8.
 * @throws {SsmError} `TASK_INVALID` with what can be run; `CODE_MISSING`, `STORAGE_DENIED`.
 */
export async function assertRunnable(entry: EntryFile): Promise<void> {
  const text = await textOf(entry)
  const encoding = otherEncoding(text)
  if (encoding !== undefined) throw refused(entry, `is saved as ${encoding}`, saveAsUtf8)
  if (entry.path.endsWith('.py') || isNodeEntry(entry.path)) return
  const firstLine = text.slice(0, firstBytes).split('\n', 1)[0] ?? ''
  if (text.startsWith('\u00ef\u00bb\u00bf')) throw refused(entry, 'begins with a byte order mark', saveAsUtf8)
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

/** Shell scripts of the code that a shell would misunderstand: the entry may run them. */
export async function unreadableScripts(files: readonly EntryFile[], entry: string | undefined): Promise<readonly string[]> {
  const scripts = files.filter(({ path, sizeBytes }) => path !== entry && /\.(?:sh|bash)$/.test(path) && sizeBytes <= mostBytes)
  const found = await Promise.all(
    scripts.slice(0, mostScripts).map(async (script) => {
      const text = await textOf(script)
      return hasWindowsLines(text) || otherEncoding(text) !== undefined || text.startsWith('\u00ef\u00bb\u00bf')
        ? [script.path]
        : []
    }),
  )
  return found.flat()
}

const mostScripts = 200
const saveAsUtf8 = 'Save it as UTF-8 without a byte order mark.'

// As Windows' editors save text: no interpreter of a machine reads it.
function otherEncoding(text: string): string | undefined {
  if (text.startsWith('\u00ff\u00fe') || text.startsWith('\u00fe\u00ff')) return 'UTF-16'
  return /^[\x20-\x7e]\0/.test(text) || /^\0[\x20-\x7e]/.test(text) ? 'UTF-16' : undefined
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
