import { project } from '@simple-sagemaker/core'
import ts from 'typescript'
import { expect, test } from 'vitest'
import { app } from '../../packages/cli/src/app.ts'
import { knownFlags } from '../../packages/cli/src/grammar/command.ts'
import { commands } from '../../packages/cli/src/grammar/tables/commands.ts'
import { terms, type Wording } from '../../packages/core/src/errors/wording.ts'
import { testContext } from '../cli/support/context.ts'
import { isCoreSource, projectFiles } from './rules/files.ts'

/*
 * Whoever typed a command line is never sent to a method, and no program to a flag. A text of core that names one of them has
 * two forms: errors/wording.ts.
 */

const method = /(?:^|[\s("'`])\.[a-z]\w*\(/
const flag = /(?:^|[\s("'`])--[a-z][\w-]*/
// A command line to type as a whole has flags of its own.
const commandLine = /\b(?:aws|jupyter|ssm|python3) [a-z-]/

/** Texts of a source that name a method or a flag where both readers get them. */
function oneSided(path: string, text: string): readonly string[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
  const found: string[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAssignment(node) && /^(library|commandLine|summary|flag|flags)$/.test(node.name.getText())) return
    if ((ts.isStringLiteralLike(node) || ts.isTemplateExpression(node)) && !node.getText().includes('\n')) {
      const literal = node.getText().slice(1, -1)
      if (/[a-z] /.test(literal) && (method.test(literal) || (flag.test(literal) && !commandLine.test(literal))))
        found.push(`${path}: ${literal.slice(0, 100)}`)
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

// What only a program can be told, with the reason.
const onlyForPrograms: Readonly<Record<string, string>> = {
  'packages/core/src/errors/codes.ts': 'the page about errors, which both read',
  'packages/core/src/options/errors.ts': 'values that a caller without types gave to a method',
}

test('no text of core names a method or a flag to both readers', () => {
  const sources = projectFiles(
    (path) => isCoreSource(path) && !/\/project\/(grammar|search|functions)\//.test(path) && !(path in onlyForPrograms),
  )
  expect(sources.flatMap(({ path, text }) => oneSided(path, text))).toEqual([])
})

test('the rule sees a method and a flag in a text, and lets one with two forms and a whole command be', () => {
  expect(oneSided('a.ts', "const hint = 'Leave out .spot() here.'")).toHaveLength(1)
  expect(oneSided('a.ts', 'const hint = `Name a region with --region ${name}.`')).toHaveLength(1)
  expect(oneSided('a.ts', "const hint = { library: 'Leave out .spot() here.', commandLine: 'Leave out --spot here.' }")).toEqual(
    [],
  )
  expect(oneSided('a.ts', "const hint = 'Run: aws iam put-it --role-name x'")).toEqual([])
})

test('every term names a method that tasks have, and a flag that the command line has', () => {
  const draft = project('p', { platform: 'local' }).task('t')
  const flags = new Set(commands.flatMap((command) => [...knownFlags(command).keys()]))
  const wrong = Object.entries<Wording>(terms).filter(([, { library, commandLine: typed }]) => {
    const named = /^\.(\w+)/.exec(library)?.[1]
    const spelled = /^--([\w-]+)/.exec(typed)?.[1]?.replaceAll('-', '_')
    const isKnown = (named === undefined || named in draft) && (spelled === undefined || flags.has(spelled))
    return !isKnown || method.test(typed) || flag.test(library)
  })
  expect(wrong).toEqual([])
})

const shell = ['shell', '-p', 'p', '-t', 't', '--cmd_line', 'true', '--platform', 'local']
const processing = ['process', '-p', 'p', '-t', 't', '--code', 'x.py', '--platform', 'local']

test.each([
  { line: [...shell, '--spot', '--warm=30 minutes'], says: 'leave out --spot or --warm' },
  { line: [...shell, '--env', 'SM_HPS', '{}'], says: '--hp KEY VALUE' },
  { line: [...shell, '--env', 'SM_NUM_GPUS', '2'], says: '--instance_type' },
  { line: [...shell, '--md', 'loss', 'loss='], says: '--md loss' },
  { line: [...shell, '--distribution', 'mpy'], says: 'mpi' },
  { line: [...shell, '--input', 'in', 's3://b'], says: 's3://' },
  { line: [...shell, '--role', 'x y'], says: 'leave the option out' },
  { line: [...processing, '--max_run_mins', '20000'], says: 'ssm run' },
])('$says: a hint of ssm names flags and no method, as text and as JSON', async ({ line, says }) => {
  for (const json of [[], ['--json']]) {
    const context = testContext({ cwd: '/tmp', env: { SSM_LOCAL_DIR: '/tmp/no-such', HOME: '/tmp', PATH: '/usr/bin:/bin' } })
    expect(await app(['plan', ...line, ...json], context)).not.toBe(0)
    expect(context.stderr.text()).toContain(json.length > 0 ? '"code"' : says)
    expect(context.stderr.text()).not.toMatch(method)
  }
})

test('the same errors of the library name methods and no flag', async () => {
  const task = project('p', { platform: 'local' }).task('t').shell('true')
  const refused = await task
    .env({ SM_HPS: '{}' })
    .with({ spot: true, warm: '30 minutes' } as object)
    .plan()
    .catch((error: unknown) => error)
  expect(refused).toMatchObject({ hint: expect.stringContaining('.hyperparameters()') as string })
  const { message, hint } = refused as { readonly message: string; readonly hint: string }
  expect(hint).toContain('.spot()')
  expect(`${message} ${hint}`).not.toMatch(flag)
  expect(message).toContain('— Set it with .hyperparameters().')
})
