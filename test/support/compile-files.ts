import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const tsc = join(root, 'node_modules/.bin/tsc')

/** What the compiler says against a file, with the line (from 0) it says it of. */
export interface Problem {
  readonly name: string
  readonly line: number
  readonly message: string
}

/** Compiles files by name and text against the sources of core, by the compiler's program: it reads the AWS SDK in a second. */
export function compileFiles(files: Readonly<Record<string, string>>): readonly Problem[] {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'ssm-compile-')))
  try {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true })
      writeFileSync(join(folder, name), text)
    }
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
    symlinkSync(join(root, 'test/node_modules'), join(folder, 'node_modules'))
    const compilerOptions = { typeRoots: [join(root, 'node_modules/@types')] }
    const config = { extends: join(root, 'tsconfig.json'), compilerOptions, include: ['**/*.ts'], exclude: ['node_modules'] }
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
    return problemsOf(outputOf(folder))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function outputOf(folder: string): string {
  try {
    return execFileSync(tsc, ['-p', folder, '--pretty', 'false'], { cwd: folder, encoding: 'utf8', maxBuffer: 1e8 })
  } catch (cause) {
    // It ends with 1 or 2 where there are problems.
    if (cause instanceof Error && 'stdout' in cause && typeof cause.stdout === 'string' && cause.stdout !== '')
      return cause.stdout
    throw cause
  }
}

/** `name(line,column): error TS1: message`, and more of the message on lines that begin with spaces. */
function problemsOf(output: string): readonly Problem[] {
  const found: { name: string; line: number; message: string }[] = []
  for (const text of output.split('\n')) {
    const [, name, line, message] = /^(.+?)\((\d+),\d+\): error TS\d+: (.*)$/.exec(text) ?? []
    const last = found.at(-1)
    if (name !== undefined && message !== undefined) found.push({ name, line: Number(line) - 1, message })
    else if (text.startsWith(' ') && last !== undefined) last.message += `\n${text}`
    else if (text !== '') throw new Error(`The compiler says what is of no file: ${text}`)
  }
  return found
}
