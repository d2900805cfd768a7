import { posix } from 'node:path'
import ts from 'typescript'
import type { ProjectFile } from './files.ts'
import { treeOf, walk } from './imports.ts'

/** What may be larger than the budget, and why: a path, or a path and a function (`path#name`). */
export type Exceptions = Readonly<Record<string, string>>

/** The most lines of a file and of a function, and the most files of a folder. */
export const budget = { file: 250, function: 40, folder: 12 } as const

/** The functions and files that are longer than their budget. */
export function lengthProblems(file: ProjectFile, exceptions: Exceptions = {}): readonly string[] {
  // An example in a docstring costs no code: it does not count, nor does the empty line before it.
  const lines = file.text
    .trimEnd()
    .replaceAll(/^ *\*\n(?= *\* @example)|^ *\* @example .*\n/gm, '')
    .split('\n').length
  const long = functionsOf(file).filter(({ lines }) => lines > budget.function)
  return [
    ...(lines > budget.file ? [{ name: file.path, lines }] : []),
    ...long.map(({ name, lines }) => ({ name: `${file.path}#${name}`, lines })),
  ].flatMap(({ name, lines }) => (name in exceptions ? [] : [`${name} has ${lines} lines`]))
}

function functionsOf(file: ProjectFile): readonly { readonly name: string; readonly lines: number }[] {
  const tree = treeOf(file)
  const found: { readonly name: string; readonly lines: number }[] = []
  walk(tree, (node) => {
    if (!ts.isFunctionLike(node) || !('body' in node) || node.body === undefined) return
    const [from, to] = [node.getStart(tree), node.getEnd()].map((at) => tree.getLineAndCharacterOfPosition(at).line)
    found.push({ name: nameOf(node), lines: (to ?? 0) - (from ?? 0) + 1 })
  })
  return found
}

function nameOf(node: ts.SignatureDeclaration): string {
  if (node.name !== undefined) return node.name.getText()
  const { parent } = node
  return ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent) ? parent.name.getText() : 'anonymous'
}

/** The folders that hold more files than the budget; tests do not count. */
export function folderProblems(paths: readonly string[], exceptions: Exceptions = {}): readonly string[] {
  const folders = new Map<string, string[]>()
  for (const path of paths) folders.set(posix.dirname(path), [...(folders.get(posix.dirname(path)) ?? []), path])
  return [...folders].flatMap(([folder, files]) =>
    files.length > budget.folder && !(folder in exceptions) ? [`${folder} has ${files.length} files`] : [],
  )
}

/** The exceptions that excuse nothing any more. */
export function idleExceptions(exceptions: Exceptions, files: readonly ProjectFile[]): readonly string[] {
  const problems = [...files.flatMap((file) => lengthProblems(file)), ...folderProblems(files.map(({ path }) => path))]
  return Object.keys(exceptions).filter((name) => !problems.some((problem) => problem.startsWith(`${name} has `)))
}
