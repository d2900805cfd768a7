import { fileURLToPath } from 'node:url'
import ts from 'typescript'

const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = `${root}test/types/`

// What several tests of one process read is parsed once.
const parsed = ts.createDocumentRegistry(ts.sys.useCaseSensitiveFileNames, root)

/** Programs of a user, compiled together from memory against the sources of core. */
export interface Compiled {
  /** Everything the compiler complains about in one of them, with the line (from 0) it stands on. */
  problems(name: string): readonly { readonly line: number; readonly message: string }[]
  /** What an editor shows over the first place of `text`. */
  hover(name: string, text: string): string
  /** The comment that an editor shows over the end of the first place of `text`. */
  documentation(name: string, text: string): string
  /** What an editor offers right after the first place of `text`. */
  completions(name: string, text: string): readonly string[]
  /** What an editor shows of the parameters inside the parentheses that end the first place of `text`: the call, then its comments. */
  signature(name: string, text: string): string
  /** How many types the compiler has made so far, and how often it filled in type parameters. */
  counts(): { readonly types: number; readonly instantiations: number }
}

export interface CompileOptions {
  /** Whether the platforms' own entries are read (`core/aws`, `core/local`), or stand-ins without types; default `'stand-ins'`. */
  readonly platforms?: 'real' | 'stand-ins'
}

/** Compiles files by name and text. Reading what they import takes seconds: give all of them at once. */
export function compile(files: Readonly<Record<string, string>>, { platforms = 'stand-ins' }: CompileOptions = {}): Compiled {
  const service = ts.createLanguageService(hostOf(files, platforms === 'real' ? {} : standIns), parsed)
  const program = service.getProgram()
  if (program === undefined) throw new Error('The compiler gives no program')
  return {
    problems(name) {
      const file = program.getSourceFile(`${folder}${name}`)
      const found = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)]
      return found.map(({ start = 0, messageText }) => ({ line: lineOf(files[name] ?? '', start), message: flat(messageText) }))
    },
    hover(name, text) {
      const at = files[name]?.indexOf(text) ?? -1
      if (at < 0) throw new Error(`${name} says no ${text}`)
      return sortUnions(ts.displayPartsToString(service.getQuickInfoAtPosition(`${folder}${name}`, at)?.displayParts))
    },
    documentation(name, text) {
      const at = files[name]?.indexOf(text) ?? -1
      if (at < 0) throw new Error(`${name} has no ${text}`)
      return ts.displayPartsToString(service.getQuickInfoAtPosition(`${folder}${name}`, at + text.length - 1)?.documentation)
    },
    completions(name, text) {
      const at = files[name]?.indexOf(text) ?? -1
      if (at < 0) throw new Error(`${name} has no ${text}`)
      const found = service.getCompletionsAtPosition(`${folder}${name}`, at + text.length, {})
      return found?.entries.map((entry) => entry.name) ?? []
    },
    signature(name, text) {
      const at = files[name]?.indexOf(text) ?? -1
      if (at < 0) throw new Error(`${name} has no ${text}`)
      const found = service.getSignatureHelpItems(`${folder}${name}`, at + text.length, undefined)
      const item = found?.items[found.selectedItemIndex]
      if (item === undefined) return ''
      const parameters = item.parameters.map(({ displayParts }) => ts.displayPartsToString(displayParts)).join(', ')
      return `(${parameters})\n${ts.displayPartsToString(item.documentation)}`
    },
    counts: () => ({ types: program.getTypeCount(), instantiations: program.getInstantiationCount() }),
  }
}

// The platforms are opened when a task runs: no chain shows their types, and the clients behind them take long to read.
const standIns: Readonly<Record<string, string>> = {
  'packages/core/src/aws/index.ts': 'export declare const aws: (settings: object) => never',
  'packages/core/src/local/index.ts': 'export declare const local: () => never',
}

function hostOf(files: Readonly<Record<string, string>>, instead: Readonly<Record<string, string>>): ts.LanguageServiceHost {
  const names = Object.keys(files).map((name) => `${folder}${name}`)
  const read = (path: string): string | undefined =>
    files[path.slice(folder.length)] ?? instead[path.slice(root.length)] ?? ts.sys.readFile(path)
  return {
    getScriptFileNames: () => names,
    // A file of ours may have another text in another program under the same name.
    getScriptVersion: (path) => {
      const text = files[path.slice(folder.length)] ?? instead[path.slice(root.length)]
      return text === undefined ? '1' : (ts.sys.createHash?.(text) ?? text)
    },
    getScriptSnapshot(path) {
      const text = read(path)
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text)
    },
    getCurrentDirectory: () => root,
    getCompilationSettings: () => options,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    fileExists: (path) => names.includes(path) || ts.sys.fileExists(path),
    readFile: read,
    directoryExists: (path) => names.some((name) => name.startsWith(`${path}/`)) || ts.sys.directoryExists(path),
    getDirectories: ts.sys.getDirectories,
    ...(ts.sys.realpath === undefined ? {} : { realpath: ts.sys.realpath }),
  }
}

const options: ts.CompilerOptions = readOptions()

function readOptions(): ts.CompilerOptions {
  const path = `${root}tsconfig.types.json`
  const { config } = ts.readConfigFile(path, ts.sys.readFile) as { readonly config: unknown }
  return ts.parseJsonConfigFileContent(config, { ...ts.sys, readDirectory: () => [] }, root, undefined, path).options
}

const lineOf = (text: string, position: number): number => text.slice(0, position).split('\n').length - 1
const flat = (message: string | ts.DiagnosticMessageChain): string => sortUnions(ts.flattenDiagnosticMessageText(message, '\n'))
// The order of a union's members follows the order of files: it is no part of what the compiler says.
const sortUnions = (text: string): string =>
  text.replace(/"[^" ]*"(?: \| "[^" ]*")+/g, (union) => union.split(' | ').sort().join(' | '))
