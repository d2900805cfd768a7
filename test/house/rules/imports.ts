import ts from 'typescript'
import type { ProjectFile } from './files.ts'

/** One import or re-export of a file. */
export interface Import {
  readonly from: string
  /** `type` vanishes when compiled, `lazy` is an `import()` that runs later. */
  readonly kind: 'value' | 'type' | 'lazy'
  readonly star: boolean
}

const parsed = new Map<string, { readonly text: string; readonly tree: ts.SourceFile }>()

/** The syntax tree of a file, kept for the next rule that asks. */
export function treeOf(file: ProjectFile): ts.SourceFile {
  const known = parsed.get(file.path)
  if (known?.text === file.text) return known.tree
  const tree = ts.createSourceFile(file.path, file.text, ts.ScriptTarget.ES2022, true)
  parsed.set(file.path, { text: file.text, tree })
  return tree
}

/** Calls `see` for a node and everything below it. */
export function walk(node: ts.Node, see: (node: ts.Node) => void): void {
  see(node)
  node.forEachChild((child) => walk(child, see))
}

/** What a file imports and re-exports, in its order. */
export function importsOf(file: ProjectFile): readonly Import[] {
  const found: Import[] = []
  walk(treeOf(file), (node) => {
    const one = importAt(node)
    if (one !== undefined) found.push(one)
  })
  return found
}

function importAt(node: ts.Node): Import | undefined {
  if (ts.isImportDeclaration(node))
    return { from: textOf(node.moduleSpecifier), kind: kindOfClause(node.importClause), star: false }
  if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined) {
    const { exportClause } = node
    const names = exportClause !== undefined && ts.isNamedExports(exportClause) ? exportClause.elements : []
    const type = node.isTypeOnly || (names.length > 0 && names.every((name) => name.isTypeOnly))
    return {
      from: textOf(node.moduleSpecifier),
      kind: type ? 'type' : 'value',
      star: exportClause === undefined || ts.isNamespaceExport(exportClause),
    }
  }
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument))
    return { from: textOf(node.argument.literal), kind: 'type', star: false }
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword && node.arguments[0] !== undefined) {
    return { from: textOf(node.arguments[0]), kind: 'lazy', star: false }
  }
  return undefined
}

function kindOfClause(clause: ts.ImportClause | undefined): 'value' | 'type' {
  if (clause === undefined) return 'value'
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return 'type'
  const named = clause.namedBindings
  const allTypes =
    named !== undefined &&
    ts.isNamedImports(named) &&
    named.elements.length > 0 &&
    named.elements.every((name) => name.isTypeOnly)
  return clause.name === undefined && allTypes ? 'type' : 'value'
}

const textOf = (node: ts.Node): string => (ts.isStringLiteralLike(node) ? node.text : '')
