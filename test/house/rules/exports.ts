import { posix } from 'node:path'
import ts from 'typescript'
import type { ProjectFile } from './files.ts'
import { importsOf, treeOf, walk } from './imports.ts'

/** Gives the text of a source by its path. */
export type Read = (path: string) => ProjectFile | undefined

/** Something a module exports under a name. */
export interface Exported {
  readonly name: string
  readonly file: string
  readonly documented: boolean
  readonly isType: boolean
  /** The statement that declares it. */
  readonly node: ts.Statement
}

/** The stars and defaults a file exports: names that nobody listed. */
export function unlistedExports(file: ProjectFile): readonly string[] {
  const stars = importsOf(file)
    .filter(({ star }) => star)
    .map(({ from }) => `${file.path} exports everything of ${from}`)
  const defaults = treeOf(file)
    .statements.filter(isDefault)
    .map(() => `${file.path} has a default export`)
  return [...stars, ...defaults]
}

const isDefault = (node: ts.Statement): boolean =>
  ts.isExportAssignment(node) ||
  (ts.canHaveModifiers(node) && (ts.getModifiers(node) ?? []).some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword))

/** Everything that can be imported from an entry, followed to where it is declared. */
export function exportsOf(entry: string, read: Read): readonly Exported[] {
  const file = read(entry)
  if (file === undefined) return []
  return treeOf(file).statements.flatMap((node) => {
    if (ts.isExportDeclaration(node)) return reExported(node, file, read)
    return isExported(node) ? declared(node, file) : []
  })
}

const isExported = (node: ts.Statement): boolean =>
  ts.canHaveModifiers(node) && (ts.getModifiers(node) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)

function reExported(node: ts.ExportDeclaration, file: ProjectFile, read: Read): readonly Exported[] {
  const from =
    node.moduleSpecifier !== undefined && ts.isStringLiteral(node.moduleSpecifier) ? node.moduleSpecifier.text : undefined
  const clause = node.exportClause
  if (clause === undefined) return from === undefined ? [] : exportsOf(beside(file.path, from), read)
  if (!ts.isNamedExports(clause)) return []
  const there =
    from === undefined
      ? treeOf(file).statements.flatMap((each) => declared(each, file))
      : exportsOf(beside(file.path, from), read)
  return clause.elements.flatMap(({ name, propertyName }) => {
    const original = there.find((each) => each.name === (propertyName ?? name).text)
    return original === undefined ? [] : [{ ...original, name: name.text }]
  })
}

/** What a file itself declares and exports at once: `export const`, `export function` …; not what it passes on. */
export function declaredExports(file: ProjectFile): readonly Exported[] {
  return treeOf(file).statements.flatMap((node) => (isExported(node) ? declared(node, file) : []))
}

function declared(node: ts.Statement, file: ProjectFile): readonly Exported[] {
  const documented = ts.getJSDocCommentsAndTags(node).some(ts.isJSDoc)
  const one = (name: string, isType: boolean): Exported => ({ name, file: file.path, documented, isType, node })
  if (ts.isVariableStatement(node)) return node.declarationList.declarations.map(({ name }) => one(name.getText(), false))
  if (ts.isFunctionDeclaration(node) || ts.isClassDeclaration(node))
    return node.name === undefined ? [] : [one(node.name.text, false)]
  if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) return [one(node.name.text, true)]
  return []
}

const beside = (path: string, from: string): string => posix.normalize(posix.join(posix.dirname(path), from))

/** What a library must leave to its user: printing, ending the process, catching its signals. */
export function takenFromTheUser(file: ProjectFile): readonly string[] {
  const found: string[] = []
  walk(treeOf(file), (node) => {
    if (!ts.isPropertyAccessExpression(node) || !ts.isIdentifier(node.expression)) return
    const said = `${node.expression.text}.${node.name.text}`
    if (/^console\.|^process\.(exit|abort|stdout|stderr|stdin|chdir|umask|setSourceMapsEnabled)$/.test(said))
      found.push(`${file.path} says ${said}`)
    if (/^process\.(on|once|addListener|prependListener)$/.test(said)) found.push(`${file.path} listens to the process`)
  })
  return found
}
