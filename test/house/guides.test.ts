import { beforeAll, expect, test } from 'vitest'
import { commandNamed } from '../../packages/cli/src/grammar/tables/commands.ts'
import { compat } from '../../packages/cli/src/grammar/compat.ts'
import { parse } from '../../packages/cli/src/grammar/parse.ts'
import { checkValues } from '../../packages/cli/src/grammar/values.ts'
import { argvOf } from '../cli/support/original.ts'
import { lacking } from '../support/prerequisites.ts'
import { compileFiles, type Problem } from '../support/compile-files.ts'
import { examplesIn, functionModule, programOf } from './rules/docstring-examples.ts'
import { isSource, projectFiles, type ProjectFile } from './rules/files.ts'
import { commandLinesOf, snippetsOf } from './rules/snippets.ts'

const pages = projectFiles((path) =>
  /^(README|docs\/(getting-started|concepts|coding-agents)|docs\/guides\/[^/]+|packages\/[^/]+\/README)\.md$/.test(path),
)

const examples = new Set(projectFiles((path) => /^examples\/.*\.ts$/.test(path)).map(({ text }) => text.trim()))

/** A TypeScript text of a page, under the name it is compiled by. */
interface Source {
  readonly name: string
  readonly page: string
  readonly text: string
}

function sourcesOf(page: ProjectFile): readonly Source[] {
  const { program, files } = snippetsOf(page)
  const place = page.path.replaceAll('/', '-')
  // The files of an example are compiled where they are.
  const shown = Object.entries(files).filter(
    ([name, text]) => name.endsWith('.ts') && !examples.has(text.trim().replace(/^.*\n/, '')),
  )
  return [...(program === '' ? [] : [['program.ts', program] as const]), ...shown].map(([name, text]) => ({
    name: `${place}/${name}`,
    page: page.path,
    // A file without an import would share its names with all others.
    text: `${text}export {}\n`,
  }))
}

const docstrings = projectFiles(isSource).flatMap(examplesIn)
const nameOf = (index: number): string => `docstrings/${index}.ts`

const complaints = (sources: readonly Source[], problems: readonly Problem[]): readonly string[] =>
  sources.flatMap((source) =>
    problems.filter(({ name }) => name === source.name).map(({ line, message }) => `${source.page}:${line + 1} ${message}`),
  )

const wrong: ProjectFile = {
  path: 'wrong.md',
  text: `# A page
<!-- ts
const known: string = 'seen by the blocks below'
-->
\`\`\`ts
known satisfies string
known satisfies number
\`\`\`
\`\`\`ts
// worker.ts
export const own: typeof known = 1
\`\`\`
`,
}

let problems: readonly Problem[]
const sources = pages.flatMap(sourcesOf)
beforeAll(() => {
  const all = [...sources, ...sourcesOf(wrong)]
  const examples = docstrings.map((example, index) => [nameOf(index), programOf(example).program] as const)
  problems = compileFiles(
    Object.fromEntries([
      ...all.map(({ name, text }) => [name, text] as const),
      ...examples,
      ['docstrings/work/embed.ts', functionModule],
    ]),
  )
}, 180_000)

test('every TypeScript block of the README and the guides compiles against the sources', () => {
  expect(sources.length).toBeGreaterThan(4)
  expect(complaints(sources, problems)).toEqual([])
})

test('every example in a docstring compiles against the sources', () => {
  expect(docstrings.length).toBeGreaterThan(80)
  const wrongOnes = docstrings.flatMap((example, index) =>
    problems
      .filter(({ name }) => name === nameOf(index))
      .map(({ line, message }) => `${example.path}:${example.line + line - programOf(example).before} ${message}`),
  )
  expect(wrongOnes).toEqual([])
})

test('the rule finds the examples of docstrings with their lines, and leaves out documents', () => {
  const text = [
    '',
    '/**',
    ' * Runs.',
    ' *',
    ' * @example a()',
    ' * @example',
    ' * b()',
    ' * c()',
    ' * @throws',
    ' */',
    '/** @example { "a": 1 } */',
  ]
  expect(examplesIn({ path: 'a.ts', text: text.join('\n') })).toEqual([
    { path: 'a.ts', line: 5, text: 'a()' },
    { path: 'a.ts', line: 6, text: 'b()\nc()' },
  ])
})

test('the rule names page and line of what does not compile', () => {
  expect(complaints(sourcesOf(wrong), problems)).toEqual([
    "wrong.md:7 Type 'string' does not satisfy the expected type 'number'.",
    "wrong.md:11 Cannot find name 'known'. Did you mean 'own'?",
  ])
})

test.skipIf(lacking('bash'))('every ssm line of the README and the guides is a command line that ssm takes', () => {
  const lines = pages.flatMap((page) => commandLinesOf(page).map((line) => ({ page: page.path, ...line })))
  expect(lines.length).toBeGreaterThan(20)
  expect(lines.flatMap(({ page, line, text }) => complaint(text).map((said) => `${page}:${line} ${said}`))).toEqual([])
})

test.skipIf(lacking('bash'))('the rule sees a flag that is none, a value that cannot be, and a name that is missing', () => {
  const text = (...lines: readonly string[]): string => ['```sh', ...lines, '```'].join('\n')
  const page = { path: 'a.md', text: text('echo ssm', 'ssm run -p ex -t t \\', '  -e a.py --lr 1   # fine', 'npx ssm ps --wach') }
  const lines = commandLinesOf(page)
  expect(lines.map(({ line }) => line)).toEqual([3, 5])
  expect(lines.map((each) => complaint(each.text).length)).toEqual([0, 1])
  expect(complaint('ssm run -p ex -e a.py')).toEqual(['ssm run lacks task'])
  expect(complaint('ssm plan run -p ex -t t -e a.py --ic none')).toHaveLength(1)
  expect(complaint('ssm rum')).toEqual(['there is no command rum'])
})

/** What `ssm` would say against a line, without doing anything. */
function complaint(text: string): readonly string[] {
  const [first = '', ...rest] = argvOf(text)
  const [name = '', ...argv] = ['plan', 'why', 'rehearse'].includes(first) ? rest : [first, ...rest]
  if (/^--?(help|version|h)$/.test(name)) return []
  const command = commandNamed(name)
  if (command === undefined) return [`there is no command ${name}`]
  try {
    const { parsed, warnings } = compat(parse(command, argv))
    checkValues(command, parsed)
    // The project may come from the settings.
    const missing = command.needs.filter((key) => key !== 'project' && !parsed.given.has(key))
    return [...warnings, ...missing.map((key) => `ssm ${name} lacks ${key}`)]
  } catch (cause) {
    return [cause instanceof Error ? cause.message : String(cause)]
  }
}
