import process from 'node:process'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Secret, SsmError } from '@simple-sagemaker/core'
import { renderFailure } from '../../packages/cli/src/render/failure.ts'
import { openReporter } from '../../packages/cli/src/render/open-reporter.ts'
import { terminalText } from '../../packages/cli/src/terminal/text.ts'
import { lacking } from '../support/prerequisites.ts'
import { testContext } from './support/context.ts'
import { playProgram } from './support/play.ts'
import { ssmProgram, workFolder } from './support/ssm.ts'

// Everything but colours, tabs and line ends.
// oxlint-disable-next-line no-control-regex -- these are what must not be there.
const active = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/
const withoutColours = (text: string): string => text.replace(/\u001b\[[0-9;:]*m/g, '')
// Titles, the clipboard, the cursor, the other screen, and a C1 sequence introducer.
const hostile = '\u001b]0;title\u0007\u001b]52;c;ZXZpbA==\u0007\u001b[2J\u001b[?1049h\u009b31m\r\u202e'

test('whatever is written to a terminal, only colours, tabs and line ends do anything', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(withoutColours(terminalText(text))).not.toMatch(active)
    }),
  )
  expect(terminalText('plain \u001b[31mred\u001b[0m\n\ttab')).toBe('plain \u001b[31mred\u001b[0m\n\ttab')
})

test('an error, its hint, its causes and notices of a run cannot act on a terminal, nor colour it', () => {
  const context = testContext({ isTTY: true, env: { NO_COLOR: '1' } })
  const error = new SsmError('JOB_FAILED', `failed ${hostile}\u001b[31m`, { hint: `read ${hostile}`, cause: new Error(hostile) })
  renderFailure(error, context, { json: false, verbose: true, flags: '' })
  renderFailure(error, context, { json: true, verbose: false, flags: '' })
  const reporter = openReporter(context, { json: false, quiet: false, machines: 1 })
  reporter.warn(hostile)
  reporter.note(hostile)
  reporter.onEvent({ type: 'warned', message: hostile, atMs: 1, task: 't' } as never)
  reporter.summary([{ name: 'job', text: hostile }])
  reporter.close()
  expect(context.stderr.text()).toContain('failed')
  // The reporter's own sequences, which move the cursor over lines of its own.
  expect(context.stderr.text().replace(/\u001b\[\d+A\r\u001b\[J/g, '')).not.toMatch(active)
})

test('a secret that a program split by colours stays masked where the colours are taken away', () => {
  new Secret('hostile-split-text').reveal()
  const split = 'hostile-\u001b[31msplit\u001b[0m-te\u001b[1;4mxt'
  const context = testContext({ isTTY: true, env: { NO_COLOR: '1' } })
  const error = new SsmError('JOB_FAILED', `failed\n  ${split}`, { hint: `read ${split}` })
  renderFailure(error, context, { json: false, verbose: true, flags: '' })
  renderFailure(error, context, { json: true, verbose: false, flags: '' })
  expect(withoutColours(context.stderr.text())).toContain('<secret>')
  expect(withoutColours(context.stderr.text())).not.toContain('hostile-split-text')
})

test.skipIf(lacking('python3', 'bash'))(
  'a job that fails with escapes in its last lines leaves the terminal alone',
  { timeout: 60_000 },
  async () => {
    await using folder = await workFolder()
    const line = `printf '\\033]0;title\\007\\033]52;c;ZXZpbA==\\007\\033[2Jbad\\n' >&2; exit 3`
    const argv = [process.execPath, await ssmProgram(), 'shell', '-p', 'ex', '-t', 't', '--cmd', line]
    const { output, code } = await playProgram(folder.path, argv)
    expect(code).toBe(1)
    expect(output).toContain('exit code 3')
    expect(output).not.toMatch(/\u001b\]|\u0007|\u001b\[2J/)
  },
)
