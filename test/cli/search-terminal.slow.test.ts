import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { expect, test } from 'vitest'
import { processesLeft } from '../support/leftovers.ts'
import { lacking } from '../support/prerequisites.ts'
import { playProgram } from './support/play.ts'
import { ssm, ssmProgram, workFolder } from './support/ssm.ts'

const missing = lacking('python3', 'bash')

/** A search of two trials whose programs wait, in their last step, for a file, or for the end of the test. */
const lineOf = (folder: string): readonly string[] => [
  'search',
  'shell',
  '-p',
  'ex',
  '-t',
  'train',
  '--cmd',
  `for i in 9 5 1; do echo "loss=$i"; done; until [ -e ${folder}/go ] || [ ! -d ${folder} ]; do sleep 0.05; done; echo "loss=0.$SM_HP_X"`,
  '--md',
  'loss',
  'loss=([0-9.]+)',
  '--search',
  'x',
  'int',
  '1',
  '2',
  '--minimize',
  'loss',
  '--trials',
  '2',
  '--parallel',
  '2',
]

test.skipIf(missing)(
  'a terminal shows trials as a table with a row of bars, in place; after Ctrl-C they go on, and the same line ends the search',
  async () => {
    await using folder = await workFolder()
    const go = join(folder.path, 'go')
    const line = lineOf(folder.path)
    const argv = [process.execPath, await ssmProgram(), ...line]
    try {
      // A trial has printed three values: its bars are drawn.
      const left = await playProgram(folder.path, argv, { columns: 100, steps: [{ after: '█▅▁', send: '\u0003' }] })
      expect([left.code, left.left]).toEqual([130, 0])
      expect(left.output).toContain('TRIAL')
      expect(left.output).toMatch(/\d +(\u001b\[\d+m)?running(\u001b\[\d+m)? +1 +█▅▁ +/)
      expect(left.output).toMatch(/\u001b\[\d+A\r\u001b\[J/)
      expect(left.output).toMatch(/detached: (1 trial goes|2 trials go) on\./)
      expect(existsSync(go)).toBe(false)
    } finally {
      // Whatever failed, no job waits for ever.
      writeFileSync(go, '')
    }
    const again = await playProgram(folder.path, argv, { columns: 100 })
    expect(again.code).toBe(0)
    expect(again.output).toMatch(/completed(\u001b\[\d+m)? +0\.1 +█[▁-█]{3} +/)
    expect(again.output).toMatch(/best: x=1\r?\njob: train-/)
    const { stdout, stderr } = await ssm([...line, '--json'], { cwd: folder.path, env: { SSM_PLATFORM: 'local' } })
    expect(stderr).toBe('')
    const found = JSON.parse(stdout) as {
      readonly best: { readonly job: string }
      readonly trials: readonly { readonly job: string }[]
    }
    expect(found.trials).toHaveLength(2)
    expect(again.output).toContain(`job: ${found.best.job}`)
    const { jobs } = JSON.parse(
      (await ssm(['ps', '-p', 'ex', '--json'], { cwd: folder.path, env: { SSM_PLATFORM: 'local' } })).stdout,
    ) as { readonly jobs: readonly { readonly job: string }[] }
    expect(jobs.map(({ job }) => job)).toEqual(expect.arrayContaining(found.trials.map(({ job }) => job)))
    expect(jobs).toHaveLength(2)
    expect(await processesLeft(folder.path)).toEqual([])
  },
  90_000,
)
