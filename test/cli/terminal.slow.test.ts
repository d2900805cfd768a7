import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { expect, test } from 'vitest'
import { lacking } from '../support/prerequisites.ts'
import { shell } from './support/in-process.ts'
import { playProgram, type Played } from './support/play.ts'
import { ssm, ssmProgram, workFolder } from './support/ssm.ts'

const timeout = 120_000

type Given = Parameters<typeof playProgram>[2]

/** Runs `ssm` in a real terminal. */
const play = async (cwd: string, argv: readonly string[], given: Given = {}): Promise<Played> =>
  playProgram(cwd, [process.execPath, await ssmProgram(), ...argv], given)

const missing = lacking('python3', 'bash')
// What a terminal shows at the end: lines that were erased are gone.
const shown = (output: string): string => {
  const lines: string[] = ['']
  for (const part of output.replaceAll('\r\n', '\n').split(/(\u001b\[\d*[A-Za-z]|\u001b\[[\d;]*m|\n|\r)/)) {
    const up = /^\u001b\[(\d*)A$/.exec(part)
    if (up !== null) lines.splice(Math.max(0, lines.length - 1 - Number(up[1] || 1)), Number.POSITIVE_INFINITY, '')
    else if (part === '\n') lines.push('')
    else if (!part.startsWith('\u001b') && part !== '\r') lines[lines.length - 1] += part
  }
  return lines.join('\n')
}

test.skipIf(missing)(
  'a terminal shows the present in place, each machine’s lines with its name, and a summary that stays',
  async () => {
    await using folder = await workFolder()
    const { output, code } = await play(
      folder.path,
      shell(
        'echo "loss=0.5"; sleep 0.5; echo "loss=0.25" | tee "$SM_MODEL_DIR/loss"',
        '--ic',
        '2',
        '--md',
        'loss',
        'loss=([0-9.]+)',
      ),
    )
    expect(code).toBe(0)
    expect(output).toMatch(/\u001b\[\d+A\r\u001b\[J/)
    expect(output).toContain('⠋'.slice(0, 0))
    const end = shown(output)
    expect(end).toMatch(/algo-1 │ loss=0\.5\n/)
    expect(end).toMatch(/algo-2 │ loss=0\.25\n/)
    expect(end).toMatch(/✓ t completed in [\s\S]*metric +loss \(algo-1\) ▄?[▁-█]+ 0\.25[\s\S]*next +ssm data -p ex -t t/)
    expect(end).not.toMatch(/[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]/)
  },
  timeout,
)

test.skipIf(missing)(
  'long lines, wide letters and a terminal that becomes narrow leave nothing behind',
  async () => {
    await using folder = await workFolder()
    const narrow = join(folder.path, 'narrow')
    const waits = `until [ -e ${narrow} ]; do sleep 0.05; done`
    const line = `echo start; printf '%0.sx' {1..200}; echo; ${waits}; echo 日本語日本語; sleep 0.2; echo end`
    const { output, code, left } = await play(folder.path, shell(line), {
      columns: 100,
      // Made narrow, the terminal is drawn anew.
      steps: [
        { after: 'start', resize: [24, 30] },
        { after: '\u001b[J', make: narrow },
      ],
    })
    expect([code, left]).toEqual([0, 0])
    const end = shown(output)
    expect(end).toContain('x'.repeat(200))
    expect(end).toContain('日本語日本語')
    // After the change nothing that moves is wider than the terminal.
    const moving = output
      .slice(output.indexOf('end'))
      .split('\n')
      .filter((each) => /[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]/.test(each))
    expect(moving.filter((each) => each.replace(/\u001b\[[\d;]*[A-Za-z]/g, '').trim().length > 30)).toEqual([])
  },
  timeout,
)

test.skipIf(missing)(
  'control characters of a program move nothing on the terminal, and its colours end with its line',
  async () => {
    await using folder = await workFolder()
    const { output } = await play(
      folder.path,
      shell(String.raw`printf 'a\033[2Jb\033]0;title\007c\n\033[31mred\nnext\n10%%\r20%%\r30%%\n'`),
    )
    expect(output).not.toContain('\u001b[2J')
    expect(output).not.toContain('\u0007')
    expect(output).not.toContain('\u001b]0;')
    expect(output).toContain('a␛[2Jb␛]0;title␇c')
    expect(output).toContain('\u001b[31mred\u001b[0m')
    expect(shown(output)).toMatch(/│ 30%\n/)
    expect(output).not.toContain('10%')
  },
  timeout,
)

test.skipIf(missing)(
  'Ctrl-C once lets the job go on, and says how to follow it',
  async () => {
    await using folder = await workFolder()
    const go = join(folder.path, 'go')
    const line = `echo ready; until [ -e ${go} ] || [ ! -d ${folder.path} ]; do sleep 0.05; done; echo finished`
    const { output, code, left } = await play(folder.path, shell(line), { steps: [{ after: 'ready', send: '\u0003' }] })
    writeFileSync(go, '')
    expect([code, left]).toEqual([130, 0])
    const again = /ssm (logs --follow t-\S+)/.exec(output)?.[1]?.split(' ') ?? []
    const followed = await ssm(again, { cwd: folder.path, env: { SSM_PLATFORM: 'local' } })
    expect(followed).toMatchObject({ code: 0, stdout: 'ready\nfinished\n' })
  },
  timeout,
)

test.skipIf(missing)(
  'Ctrl-C twice within a second stops the job',
  async () => {
    await using folder = await workFolder()
    const { output, code, left } = await play(folder.path, shell('echo ready; exec sleep 60'), {
      steps: [
        { after: 'ready', send: '\u0003' },
        { after: 'again now', send: '\u0003' },
      ],
    })
    expect([code, left]).toEqual([130, 0])
    expect(output).toMatch(/asked job t-\S+ to stop/)
    const { stdout } = await ssm(['ps', '-p', 'ex', '--watch', '--json'], { cwd: folder.path, env: { SSM_PLATFORM: 'local' } })
    expect(JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '')).toMatchObject({ jobs: [{ status: 'stopped' }] })
  },
  timeout,
)

test.skipIf(missing)(
  'Ctrl-C before there is a job says that nothing runs',
  async () => {
    await using folder = await workFolder()
    const { output, code } = await play(folder.path, shell('echo ready; sleep 2'), {
      steps: [{ after: 'it has never run', send: '\u0003' }],
    })
    expect(code).toBe(130)
    const { stdout } = await ssm(['ps', '-p', 'ex', '--json'], { cwd: folder.path, env: { SSM_PLATFORM: 'local' } })
    const { jobs } = JSON.parse(stdout) as { readonly jobs: readonly unknown[] }
    expect(output).toContain(jobs.length === 0 ? 'nothing is running' : 'the job goes on')
  },
  timeout,
)

test.skipIf(missing)(
  'NO_COLOR, TERM=dumb and CI are honoured on a terminal',
  async () => {
    await using folder = await workFolder()
    const plain = await play(folder.path, shell('echo hi'), { env: { NO_COLOR: '1' } })
    expect(plain.output).not.toMatch(/\u001b\[[\d;]*m/)
    for (const env of [{ TERM: 'dumb' }, { CI: 'true', NO_COLOR: '1' }]) {
      const { output, code } = await play(folder.path, shell('echo hi', '--fr'), { env })
      expect(code).toBe(0)
      expect(output).not.toContain('\u001b')
      expect(output).toContain('completed in')
    }
  },
  timeout,
)

test(
  'without a terminal there are plain lines, no colour and nothing that moves; FORCE_COLOR asks for colour',
  async () => {
    await using folder = await workFolder()
    const where = { cwd: folder.path, env: { SSM_PLATFORM: 'local' } }
    const { stdout, stderr, code } = await ssm(shell('echo hi'), where)
    expect([code, stdout]).toEqual([0, 'hi\n'])
    expect(stderr).not.toContain('\u001b')
    const quiet = await ssm(shell('echo hi', '--fr', '--quiet'), where)
    expect([quiet.stdout, quiet.stderr]).toEqual(['hi\n', ''])
    const coloured = await ssm(shell('echo hi', '--fr'), { ...where, env: { ...where.env, FORCE_COLOR: '1' } })
    expect(coloured.stderr).toContain('\u001b[32m✓')
  },
  timeout,
)
