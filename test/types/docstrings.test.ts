import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { expect, test } from 'vitest'

const packages = fileURLToPath(new URL('../../packages/', import.meta.url))

/** The declaration files of everything that the packages export, as they are published. */
const entries = [
  'core/dist/types/index.d.ts',
  'core/dist/types/local/index.d.ts',
  'core/dist/types/aws/index.d.ts',
  'core/dist/types/run/lookup/index.d.ts',
  'core/dist/types/options/index.d.ts',
  'core/dist/types/platform/index.d.ts',
  'core/dist/types/testing/index.d.ts',
  'cli/print.d.ts',
  'worker-toolkit/dist/types/index.d.ts',
  'worker-toolkit/dist/types/contract.d.ts',
].map((path) => `${packages}${path}`)

interface Walked {
  /** Members and exports without a sentence: where they are declared, and how one gets there. */
  readonly silent: readonly string[]
  readonly looked: number
}

/** Every export, and every member that one can reach from it through fields, parameters and returned values. */
function walk(files: readonly string[], program: ts.Program, isOurs: (path: string) => boolean): Walked {
  const checker = program.getTypeChecker()
  const types = new Set<ts.Type>()
  const looked = new Set<ts.Symbol>()
  const silent = new Map<ts.Symbol, string>()
  const ours = (symbol: ts.Symbol | undefined): ts.Declaration | undefined =>
    symbol?.declarations?.find((declaration) => isOurs(declaration.getSourceFile().fileName))
  for (const file of files)
    for (const given of exportsIn(checker, program.getSourceFile(file))) {
      const symbol = given.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(given) : given
      if (ours(symbol) === undefined) continue
      note(symbol, given.name)
      if (symbol.flags & ts.SymbolFlags.Type) visit(checker.getDeclaredTypeOfSymbol(symbol), given.name)
      if (symbol.flags & ts.SymbolFlags.Value) visit(checker.getTypeOfSymbol(symbol), given.name)
    }
  return { silent: [...silent.values()].toSorted(), looked: looked.size }

  function note(symbol: ts.Symbol, path: string): void {
    looked.add(symbol)
    const declaration = ours(symbol)
    if (declaration === undefined || hasSentence(symbol, checker)) return
    const file = declaration.getSourceFile()
    const line = file.getLineAndCharacterOfPosition(declaration.getStart()).line + 1
    silent.set(symbol, `${file.fileName.replace(packages, '')}:${line} ${path}`)
  }

  function member(symbol: ts.Symbol, path: string): void {
    const declaration = ours(symbol)
    // A member under a symbol cannot be written down.
    if (declaration === undefined || symbol.name.startsWith('__@') || isPrivate(declaration)) return
    const type = checker.getTypeOfSymbol(symbol)
    if (!needsNoDocstring(type)) note(symbol, path)
    visit(type, path)
  }

  function visit(type: ts.Type, path: string): void {
    if (types.has(type)) return
    types.add(type)
    for (const part of partsOf(type, checker)) visit(part, path)
    if ((type.flags & ts.TypeFlags.Object) === 0) return
    // The generic type itself stands for all that are made of it: a task has another type after each method.
    const target = isReference(type) ? type.target : type
    if (target !== type && ours(target.symbol) !== undefined) return visit(target, path)
    if (type.symbol?.declarations === undefined || ours(type.symbol) !== undefined)
      for (const property of checker.getPropertiesOfType(type)) member(property, `${path}.${property.name}`)
    // Not constructors: projects, tasks and errors are made by the library.
    for (const signature of type.getCallSignatures()) {
      if (signature.declaration !== undefined && !isOurs(signature.declaration.getSourceFile().fileName)) continue
      for (const parameter of signature.parameters) visit(checker.getTypeOfSymbol(parameter), `${path}(${parameter.name})`)
      visit(signature.getReturnType(), `${path}()`)
    }
  }
}

const exportsIn = (checker: ts.TypeChecker, file: ts.SourceFile | undefined): readonly ts.Symbol[] => {
  const module = file === undefined ? undefined : checker.getSymbolAtLocation(file)
  if (module === undefined) throw new Error(`Nothing is exported by ${file?.fileName ?? 'a file that is not built'}`)
  return checker.getExportsOfModule(module)
}

/** A sentence, or what a member that is ruled out says about why. */
function hasSentence(symbol: ts.Symbol, checker: ts.TypeChecker): boolean {
  const isRefused = symbol.getJsDocTags(checker).some(({ name, text }) => name === 'deprecated' && text !== undefined)
  return isRefused || /\S.*[.?:]/s.test(ts.displayPartsToString(symbol.getDocumentationComment(checker)))
}

/** A tag with one value, such as `type: 'logged'`, a sentence that stands in a value's place, and a client of the AWS SDK, which is not read here. */
const needsNoDocstring = (type: ts.Type): boolean =>
  type.isLiteral() || (type.flags & (ts.TypeFlags.BooleanLiteral | ts.TypeFlags.Any)) !== 0 || type.symbol?.name === 'Explain'

function isPrivate(declaration: ts.Declaration): boolean {
  const name = ts.getNameOfDeclaration(declaration)
  return (
    (ts.getCombinedModifierFlags(declaration) & ts.ModifierFlags.Private) !== 0 ||
    (name !== undefined && ts.isPrivateIdentifier(name))
  )
}

/** The types that a type is made of. */
function partsOf(type: ts.Type, checker: ts.TypeChecker): readonly ts.Type[] {
  const named = type.aliasTypeArguments ?? []
  if (type.isUnionOrIntersection()) return [...named, ...type.types]
  if (type.flags & ts.TypeFlags.Conditional) {
    const { trueType, falseType } = (type as ts.ConditionalType).root.node
    return [...named, checker.getTypeFromTypeNode(trueType), checker.getTypeFromTypeNode(falseType)]
  }
  return isReference(type) ? [...named, ...checker.getTypeArguments(type)] : named
}

const isReference = (type: ts.Type): type is ts.TypeReference =>
  (type.flags & ts.TypeFlags.Object) !== 0 && ((type as ts.ObjectType).objectFlags & ts.ObjectFlags.Reference) !== 0

const options: ts.CompilerOptions = {
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  target: ts.ScriptTarget.ES2022,
  lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  types: [],
}

test('everything that a package exports has a sentence, down to the last field', { timeout: 60_000 }, () => {
  const host = ts.createCompilerHost(options)
  // What is Amazon's has its own sentences, and takes seconds to read.
  host.resolveModuleNameLiterals = (literals, from, _redirected, given) =>
    literals.map(({ text }) =>
      text.startsWith('@aws-sdk/') || text.startsWith('@smithy/')
        ? { resolvedModule: undefined }
        : ts.resolveModuleName(text, from, given, host, undefined, undefined, ts.ModuleKind.ESNext),
    )
  const program = ts.createProgram(entries, options, host)
  const printed = /\/platform\/sagemaker-requests\.d\.ts$/
  const isOurs = (path: string): boolean => path.startsWith(packages) && !path.includes('/node_modules/') && !printed.test(path)
  const { silent, looked } = walk(entries, program, isOurs)
  expect(looked).toBeGreaterThan(900)
  expect(silent).toEqual([])
})

test('the walk finds what is silent in fields, parameters, results, unions and mapped types', () => {
  const text = `
    /** Documented. */
    export interface Documented { readonly silentField: string;
      /** Documented. */
      readonly known: { readonly inner: number }; readonly kind: 'said' }
    /** Documented. */
    export declare function call(options: { readonly silentOption: string }): Promise<{ readonly silentResult: string }>
    /** Documented. */
    export type Either = { readonly kind: 'a'; readonly silentPart: string } | { readonly kind: 'b' }
    declare const table: {
      /** Documented. */
      readonly told: 1; readonly untold: 2 }
    /** Documented. */
    export type Mapped = { readonly [Name in keyof typeof table]: string }
    export declare const silent: string
    /** Documented. */
    export declare class Box { private hidden: string;
      /** Documented. */
      open(): void; silentMethod(): void }`
  const host = ts.createCompilerHost(options)
  const read = host.getSourceFile
  host.getSourceFile = (name, ...rest) =>
    name === '/said.ts' ? ts.createSourceFile(name, text, ts.ScriptTarget.ES2022, true) : read(name, ...rest)
  const program = ts.createProgram(['/said.ts'], options, host)
  const found = walk(['/said.ts'], program, (path) => path === '/said.ts').silent.map((line) => line.split(/[.( ]/).at(-1))
  expect(new Set(found)).toEqual(
    new Set(['inner', 'silent', 'silentField', 'silentMethod', 'silentOption', 'silentPart', 'silentResult', 'untold']),
  )
})
