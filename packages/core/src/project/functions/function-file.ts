import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { StandardSchemaV1 } from '@standard-schema/spec'
import { kindOf } from '../../files/stat.ts'
import { setIn } from '../../lang/set-in.ts'
import { unknownFields, type Fields } from '../../options/did-you-mean.ts'
import { homeProblems, InvalidTaskError } from '../../options/errors.ts'
import type { PythonFunctionOptions } from '../grammar/functions.ts'

/** Where a function is found: a module, and the name of one of its exports. */
export interface FunctionSource {
  /** As the program wrote it: `./work/embed.ts`, or a path of this computer. */
  readonly specifier: string
  /** The folder that it counts from. */
  readonly from: string
  readonly exported: string
  /** Of a Python function: what it takes and gives, and what goes along with its file. */
  readonly python?: PythonSource
}

/** What is said of a Python function beside its file and name. */
export interface PythonSource {
  readonly args: StandardSchemaV1
  readonly result: StandardSchemaV1
  readonly sourceDir?: string
  readonly dependencies: readonly string[]
}

/**
 * A function of a Python file, whose types are those of its schemas.
 * @throws {InvalidTaskError}
 */
export function pythonSource(task: string, file: string, name: string, options: PythonFunctionOptions): FunctionSource {
  const usage = "Write it as .pythonFunction('work/embed.py', 'embed', { args: schema, result: schema })."
  if (typeof file !== 'string' || !file.endsWith('.py')) throw refused(task, file, 'must be in a file with the ending .py', usage)
  if (typeof name !== 'string' || !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
    throw refused(task, name, 'must be the name of a function', usage)
  const { args, result, sourceDir, dependencies = [] } = options ?? {}
  const unknown = unknownFields(options ?? {}, pythonFields)
  if (unknown.length > 0) throw new InvalidTaskError(task, unknown)
  if (!isSchema(args) || !isSchema(result)) throw refused(task, undefined, 'must say args and result by a Standard Schema', usage)
  const python = { args, result, dependencies, ...setIn({ sourceDir }) }
  return { specifier: file, from: process.cwd(), exported: name, python }
}

const pythonFields: Fields<PythonFunctionOptions> = { args: true, result: true, sourceDir: true, dependencies: true }

function isSchema(value: unknown): value is StandardSchemaV1 {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false
  const standard = (value as { readonly '~standard'?: { readonly validate?: unknown } | null })['~standard']
  return typeof standard?.validate === 'function'
}

/**
 * Which module `load` imports, by its text. What is given as `file` needs no text: bundlers that put the module into the program write another
 * one.
 * @param frames the lines of the stack below the call, the first one in the file that has `load`
 * @throws {InvalidTaskError}
 */
export function functionSource(
  task: string,
  load: unknown,
  exported: unknown,
  file: string | undefined,
  frames: readonly string[],
): FunctionSource {
  if (typeof exported !== 'string' || exported === '')
    throw refused(task, exported, 'must be the name of a function', "Write it as .function(() => import('./work.ts'), 'work').")
  if (file !== undefined && homeProblems('file', file).length > 0) throw new InvalidTaskError(task, homeProblems('file', file))
  if (file !== undefined) return { specifier: resolve(file), from: process.cwd(), exported }
  const specifier = /(?:import|require)\w*\s*\(\s*(?:\/\*.*?\*\/\s*)*(["'`])([^"'`]+)\1/s.exec(String(load))?.[2]
  if (specifier === undefined) throw refused(task, undefined, 'must import its module by a text', nameTheFile)
  if (specifier.startsWith('file:')) return { specifier: fileURLToPath(specifier), from: process.cwd(), exported }
  if (!/^\.{0,2}\//.test(specifier)) throw refused(task, specifier, 'must be in a file of yours, not in a package', nameTheFile)
  const caller = fileOf(frames)
  if (caller === undefined) throw refused(task, specifier, 'is in a file that cannot be told', nameTheFile)
  return { specifier, from: dirname(caller), exported }
}

const nameTheFile = "Name the file: .function(() => import('./work.ts'), 'work', { file: 'src/work.ts' })."

/**
 * The module's file, as it lies here: a program may be compiled and name `./work.js`, with source maps that lead to `work.ts`.
 * @throws {InvalidTaskError} when there is no such file.
 */
export async function functionFile(task: string, { specifier, from }: FunctionSource): Promise<string> {
  const path = resolve(from, specifier)
  const candidates = [path, ...['.ts', '.mts', '.cts', '.tsx'].map((ending) => path.replace(/\.([cm]?)jsx?$/, ending))]
  const extended = /\.\w+$/.test(path) ? [] : ['.ts', '.js', '.mts', '.mjs'].map((ending) => `${path}${ending}`)
  for (const candidate of [...candidates, ...extended]) if ((await kindOf(candidate)) === 'file') return candidate
  throw refused(task, path, 'is not there', nameTheFile)
}

/** The file of a frame: `at main (file:///home/me/main.ts:3:5)`, `at /home/me/main.ts:3:5`. */
function fileOf(frames: readonly string[]): string | undefined {
  const place = /(?:\(|at (?:async )?)((?:file:\/\/|[A-Za-z]:[\\/]|\/)[^()]*?)(?:\?[^:]*)?:\d+:\d+\)?$/.exec(
    frames[0]?.trim() ?? '',
  )?.[1]
  return place?.startsWith('file://') === true ? fileURLToPath(place) : place
}

const refused = (task: string, value: unknown, message: string, hint: string): InvalidTaskError =>
  new InvalidTaskError(task, [{ path: 'function', value, message, hint }])
