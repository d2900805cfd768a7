import ts from 'typescript'
import { expect, test } from 'vitest'
import { taskOptions } from '../../packages/core/src/options/task-options.ts'
import { isCoreSource, projectFiles, type ProjectFile } from './rules/files.ts'
import { treeOf, walk } from './rules/imports.ts'

const shelves = projectFiles((path) => isCoreSource(path) && /\/options\/([^/]+\/)?[^/]+\.ts$/.test(path))

interface Documented {
  readonly name: string
  readonly summary: string
  readonly docstring: string
}

/** Every option of a shelf with its summary and the first line of the comment above it. */
function optionsIn(file: ProjectFile): readonly Documented[] {
  const found: Documented[] = []
  walk(treeOf(file), (node) => {
    if (!ts.isPropertyAssignment(node) || !ts.isCallExpression(node.initializer)) return
    const [about] = node.initializer.arguments
    if (about === undefined || !ts.isObjectLiteralExpression(about)) return
    const summary = about.properties.find((property) => property.name?.getText() === 'summary')
    if (summary === undefined || !ts.isPropertyAssignment(summary) || !ts.isStringLiteralLike(summary.initializer)) return
    found.push({ name: node.name.getText(), summary: summary.initializer.text, docstring: firstLine(node) })
  })
  return found
}

function firstLine(node: ts.Node): string {
  const [comment] = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc)
  const text = comment === undefined ? '' : (ts.getTextOfJSDocComment(comment.comment) ?? '')
  return (text.split(/\n\s*\n/)[0] ?? '').replaceAll(/\s+/g, ' ')
}

const differing = (said: readonly Documented[]): readonly string[] =>
  said.filter(({ summary, docstring }) => summary !== docstring).map(({ name }) => name)

test('the first line of every word that is hovered is the summary that help and guide print', () => {
  // Flags of the command line alone are no words.
  const said = shelves.flatMap(optionsIn).filter(({ name }) => name in taskOptions)
  expect(Object.keys(taskOptions).filter((name) => !said.some((one) => one.name === name))).toEqual([])
  expect(differing(said)).toEqual([])
})

test('every option names the field it moves and ends its summary', () => {
  const wrong = Object.entries(taskOptions).filter(([, { source, summary }]) => source === '' || !/^[A-Z].*\.$/.test(summary))
  expect(wrong.map(([name]) => name)).toEqual([])
})

test('no two options share a flag', () => {
  const options: readonly { readonly flag?: { readonly names: readonly string[]; readonly off?: readonly string[] } }[] =
    Object.values(taskOptions)
  const names = options
    .flatMap(({ flag }) => [...(flag?.names ?? []), ...(flag?.off ?? [])])
    .map((name) => name.replaceAll('-', '_'))
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
})

test('the rule sees a comment that says something else, and one that is missing', () => {
  const text =
    "const shelf = {\n  /**\n   * Says a.\n   *\n   * More.\n   */\n  a: flag({ summary: 'Says a.' }),\n  /** Says c. */\n  b: flag({ summary: 'Says b.' }),\n  c: flag({ summary: 'Says c.' }),\n}"
  expect(differing(optionsIn({ path: 'shelf.ts', text }))).toEqual(['b', 'c'])
})
