import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { expect, test } from 'vitest'

const folder = fileURLToPath(new URL('.', import.meta.url))
const options: ts.CompilerOptions = {
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  target: ts.ScriptTarget.ES2022,
  lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
  strict: true,
  declaration: true,
  emitDeclarationOnly: true,
  skipLibCheck: true,
  // As an installed package: only what its entries export can be named.
  preserveSymlinks: true,
  types: [],
}
const path = `${folder}names-of-core.ts`

/** A user's program against the built packages. */
function programOf(text: string): ts.Program {
  const host = ts.createCompilerHost(options)
  const read = host.getSourceFile
  host.getSourceFile = (name, ...rest) =>
    name === path
      ? ts.createSourceFile(
          path,
          text,
          { languageVersion: ts.ScriptTarget.ES2022, impliedNodeFormat: ts.ModuleKind.ESNext },
          true,
        )
      : read(name, ...rest)
  return ts.createProgram([path], options, host)
}

const entries = ['core', 'core/jobs', 'core/platform'].map((entry) => `@simple-sagemaker/${entry}`)
const imports = entries.map((entry, index) => `import * as m${index} from '${entry}'`)

/** For each export of the packages, and each of its members, a line whose type is inferred. */
function lines(): readonly string[] {
  const program = programOf(imports.join('\n'))
  const checker = program.getTypeChecker()
  const modules = program.getSourceFile(path)?.statements.filter(ts.isImportDeclaration) ?? []
  return modules.flatMap(({ moduleSpecifier }, index) => {
    const module = checker.getSymbolAtLocation(moduleSpecifier)
    if (module === undefined) throw new Error(`${entries[index]} is not built`)
    return checker.getExportsOfModule(module).flatMap((given) => linesOf(given, `m${index}`, checker))
  })
}

function linesOf(given: ts.Symbol, module: string, checker: ts.TypeChecker): readonly string[] {
  const symbol = given.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(given) : given
  if ((symbol.flags & ts.SymbolFlags.Type) === 0) return []
  const type = checker.getDeclaredTypeOfSymbol(symbol)
  const members = (type.isUnion() ? type.types : [type]).flatMap((one) => one.getProperties()).filter(isPublic)
  const whole = `${module}.${given.name}${anyFor(symbol)}`
  return [...new Set(members.map((member) => `(e: ${whole}) => '${member.name}' in e ? ${valueOf(member, checker)} : null`))]
}

/** A member, or what it returns when it is a method. */
function valueOf(member: ts.Symbol, checker: ts.TypeChecker): string {
  const isMethod = checker.getTypeOfSymbol(member).getCallSignatures().length > 0
  return `e['${member.name}']${isMethod ? '(...([] as never))' : ''}`
}

/** The type arguments that must be given. */
function anyFor(symbol: ts.Symbol): string {
  const declared = symbol.declarations?.find(
    (one) => ts.isInterfaceDeclaration(one) || ts.isTypeAliasDeclaration(one) || ts.isClassDeclaration(one),
  )
  const needed = declared?.typeParameters?.filter((one) => one.default === undefined) ?? []
  return needed.length === 0 ? '' : `<${needed.map(() => 'any').join(', ')}>`
}

// Not the members of every text, nor those of AWS's requests. What a task is to the library itself (`spec`) is not for users.
const isPublic = ({ name, declarations = [] }: ts.Symbol): boolean =>
  !name.startsWith('__') &&
  name !== 'spec' &&
  declarations.some(
    (one) =>
      /simple-sagemaker\/core\/dist(?!.*sagemaker-requests)/.test(one.getSourceFile().fileName) &&
      (ts.getCombinedModifierFlags(one) & ts.ModifierFlags.Private) === 0,
  )

/** The types that a user's declarations would name and cannot. */
function unnamedIn(expressions: readonly string[]): readonly string[] {
  const said = expressions.map((expression, index) => `export const v${index} = ${expression}`)
  const program = programOf([...imports, ...said].join('\n'))
  const found = program.getDeclarationDiagnostics(program.getSourceFile(path))
  return found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))
}

test('every type that is inferred from what the packages export can be named in a declaration file', { timeout: 60_000 }, () => {
  const all = lines()
  expect(all.length).toBeGreaterThan(400)
  expect(unnamedIn(all)).toEqual([])
})

test('a type that no entry exports is found', { timeout: 60_000 }, () => {
  expect(unnamedIn([`m0.project('ex').task('t').code('t.py').output('model').spec`])).toEqual([
    expect.stringContaining(`without a reference to 'TaskSpec'`),
  ])
})
