import { apiOf, entriesOf } from '../test/house/rules/api.ts'
import { projectFile } from '../test/house/rules/files.ts'
import { dashed, withValues } from '../packages/cli/src/grammar/command.ts'
import { cliPage } from './cli-page.ts'
import { eventsPage } from './events-page.ts'
import { errorCodes } from '../packages/core/src/errors/codes.ts'
import { describeDefault, type AnyOption } from '../packages/core/src/options/option.ts'
import { taskOptions } from '../packages/core/src/options/task-options.ts'

/** A page of the guides that is printed from a table of the sources, and never written by hand. */
export interface Page {
  readonly path: string
  readonly text: string
}

// What an option shows whatever the type of its value.
type Shown = AnyOption

const printed = '<!-- Printed by scripts/sync-docs.mjs from the sources; `npm run fix` prints it again. -->'

/** Every printed page. */
export const printedPages = (): readonly Page[] => [
  { path: 'docs/guides/errors.md', text: errorsPage() },
  { path: 'docs/guides/events.md', text: page(eventsPage(printed)) },
  { path: 'docs/guides/options.md', text: optionsPage() },
  { path: 'docs/guides/cli.md', text: page(cliPage(printed)) },
  ...apiPages(),
]

/** The public names and signatures of each entry: a change of them is seen in review, and is never an accident. */
function apiPages(): readonly Page[] {
  const entries = ['packages/core', 'packages/worker-toolkit'].flatMap((folder) => entriesOf(folder))
  return entries.map((entry) => ({
    path: `test/golden/api/${entry.name.slice(1).replaceAll('/', '.')}.txt`,
    text: apiOf(entry, projectFile),
  }))
}

function errorsPage(): string {
  const head = [
    '# Errors',
    printed,
    'Every error of the library is an `SsmError` with a `code` to branch on, the facts as fields, the cause, and a `hint` that ' +
      'says the next step. `isSsmError(error, code)` asks for one of them, across copies of the package.',
  ]
  const entries = Object.entries(errorCodes).flatMap(([code, { sentence, cause, remedy, example }]) => [
    `## ${code}`,
    sentence,
    `**Cause:** ${cause}`,
    `**What to do:** ${remedy}`,
    ['```text', example, '```'].join('\n'),
  ])
  return page([...head, ...entries])
}

function optionsPage(): string {
  const options = Object.entries<Shown>(taskOptions)
  const rows = options.map(([name, option]) =>
    [`\`${name}\``, option.summary, describeDefault(option) ?? '–', kindOf(option), flagOf(option), `\`${option.source}\``]
      .map(cell)
      .join(' | '),
  )
  const head = [
    '# Options',
    printed,
    "Each option is a method of a task (`.maxRun('2 hours')`), a field of `.with({ … })` and of a project's `defaults`, and a flag " +
      'of the command line. Names of flags may be written with `_` or `-`.',
  ]
  const table = [
    '| option | what it does | default | tasks | flag | AWS field |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows.map((row) => `| ${row} |`),
  ]
  return page([...head, table.join('\n')])
}

const kindOf = ({ kinds }: Shown): string => (kinds.length > 1 ? 'all' : kinds.join())

function flagOf({ flag }: Shown): string {
  if (flag === undefined) return '–'
  const names = [...flag.names, ...(flag.off ?? [])]
  return names.map((name) => `\`${withValues(dashed(name), name, flag.args).replaceAll(', ', '` or `')}\``).join(' ')
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ')
const page = (parts: readonly string[]): string => `${parts.join('\n\n')}\n`
