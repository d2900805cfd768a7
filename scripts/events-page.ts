import ts from 'typescript'
import { projectFile } from '../test/house/rules/files.ts'

const sources = ['packages/core/src/events/run-event.ts', 'packages/core/src/search/found.ts']
/** The unions of events: what happens in a run, and in a search. */
const unions = ['RunEvent', 'SearchEvent']

/** One event as the page shows it. */
export interface EventEntry {
  readonly type: string
  /** When it comes. */
  readonly when: string
  readonly fields: readonly {
    readonly name: string
    readonly type: string
    readonly what: string
    readonly isOptional: boolean
  }[]
  readonly example: string
}

/** Every event of runs and searches, by its docstring. */
export const eventEntries = (): readonly EventEntry[] => sources.flatMap(entriesIn)

function entriesIn(source: string): readonly EventEntry[] {
  const file = ts.createSourceFile(source, projectFile(source)?.text ?? '', ts.ScriptTarget.Latest, true)
  const interfaces = new Map<string, ts.InterfaceDeclaration>()
  let members: readonly string[] = []
  file.forEachChild((node) => {
    if (ts.isInterfaceDeclaration(node)) interfaces.set(node.name.text, node)
    if (ts.isTypeAliasDeclaration(node) && unions.includes(node.name.text) && ts.isUnionTypeNode(node.type))
      members = node.type.types.map((type) => type.getText())
  })
  return members.flatMap((name) => {
    const declared = interfaces.get(name)
    return declared === undefined ? [] : [entryOf(declared)]
  })
}

function entryOf(declared: ts.InterfaceDeclaration): EventEntry {
  const { text, example } = docOf(declared)
  const fields = declared.members.filter(ts.isPropertySignature)
  const typeOf = (field: ts.PropertySignature): string => (field.type?.getText() ?? '').replace(/\s+/g, ' ')
  return {
    type:
      fields
        .filter((field) => field.name.getText() === 'type')
        .map(typeOf)[0]
        ?.slice(1, -1) ?? '',
    when: text,
    fields: fields
      .filter((field) => field.name.getText() !== 'type')
      .map((field) => ({
        name: field.name.getText(),
        type: typeOf(field),
        what: docOf(field).text,
        isOptional: field.questionToken !== undefined,
      })),
    example,
  }
}

function docOf(node: ts.Node): { readonly text: string; readonly example: string } {
  const [doc] = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc)
  const tag = doc?.tags?.find(({ tagName }) => tagName.text === 'example')
  return { text: ts.getTextOfJSDocComment(doc?.comment) ?? '', example: ts.getTextOfJSDocComment(tag?.comment) ?? '' }
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ')

/** The page of the guides about events, from their docstrings. */
export function eventsPage(printed: string): readonly string[] {
  const head = [
    '# Events',
    printed,
    "Everything that happens in a run is told as an event: plain data, once, in order. `run({ onEvent })` and a handle's `events()` give " +
      'them; `printEvents()` of `@simple-sagemaker/cli/print` prints them. Each has `type`, `atMs` (when it happened, in milliseconds since 1970) ' +
      'and `task` (the name of the task it happened to). A search tells the events of all its trials, and the last two of this page: `trial-started` and `trial-ended`.',
    [
      '```ts run',
      "import { project } from '@simple-sagemaker/core'",
      '',
      "const task = project('events', { platform: 'local' }).task('t').shell('echo hello')",
      'await task.run({',
      '  onEvent: (event) => {',
      "    if (event.type === 'logged') console.log(event.line.machine, event.line.text)",
      "    if (event.type === 'finished') console.log(event.outcome.kind)",
      '  },',
      '})',
      '```',
    ].join('\n'),
  ]
  return [...head, ...eventEntries().flatMap(sectionOf)]
}

function sectionOf({ type, when, fields, example }: EventEntry): readonly string[] {
  const rows = fields.map(
    ({ name, type: text, what, isOptional }) =>
      `| \`${name}\`${isOptional ? ' (optional)' : ''} | \`${cell(text)}\` | ${cell(what)} |`,
  )
  const table = ['| field | type | what |', '| --- | --- | --- |', ...rows].join('\n')
  return [`## ${type}`, when, ...(rows.length === 0 ? [] : [table]), ['```json', example, '```'].join('\n')]
}
