import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { execa } from 'execa'
import { expect, test, vi } from 'vitest'
import { ssmProgram } from '../support/ssm.ts'
import { program, programFolder } from './program.ts'

test(
  '--watch writes again when the program changes, tells what does not load, and ends with the interrupt',
  { timeout: 120_000 },
  async () => {
    await using folder = await programFolder(program('z.object({ rows: z.int() })'))
    const running = execa(process.execPath, [await ssmProgram(), 'types', 'main.ts', '--watch'], {
      cwd: folder.path,
      reject: false,
    })
    try {
      let told = ''
      running.stderr.on('data', (bytes: Buffer) => (told += bytes.toString()))
      const written = (): string => readFileSync(join(folder.path, 'ssm_types.py'), 'utf8')
      // Its second look is after it began to watch.
      await vi.waitFor(() => expect(told).toContain('is up to date'), 60_000)
      writeFileSync(join(folder.path, 'main.ts'), 'const x =')
      await vi.waitFor(() => expect(told).toContain('cannot be loaded'), 60_000)
      writeFileSync(join(folder.path, 'main.ts'), program('z.object({ more: z.string() })'))
      await vi.waitFor(() => expect(written()).toContain('more: str'), 60_000)
      running.kill('SIGINT')
      const { exitCode, signal } = await running
      expect([exitCode, signal]).not.toContain(1)
    } finally {
      running.kill('SIGKILL')
      await running
    }
  },
)
