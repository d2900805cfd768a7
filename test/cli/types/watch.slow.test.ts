import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { execa } from 'execa'
import { expect, test, vi } from 'vitest'
import { ssmProgram } from '../support/ssm.ts'
import { program, programFolder } from './program.ts'

/** As editors save: a new file takes the place of the old one. */
function replaceFile(path: string, text: string): void {
  writeFileSync(`${path}~`, text)
  renameSync(`${path}~`, path)
}

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
      await vi.waitFor(() => expect(told).toContain('wrote '), 60_000)
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

test('--watch sees every save that replaces a file, also of one that the program imports', { timeout: 120_000 }, async () => {
  const text = program('shape').replace('const ex', "import { shape } from './parts/shape.ts'\nconst ex")
  await using folder = await programFolder(text)
  const at = (name: string): string => join(folder.path, name)
  const shape = (field: string): string => `import { z } from 'zod'\nexport const shape = z.object({ ${field}: z.string() })\n`
  mkdirSync(at('parts'))
  writeFileSync(at('parts/shape.ts'), shape('first'))
  const running = execa(process.execPath, [await ssmProgram(), 'types', 'main.ts', '--watch'], {
    cwd: folder.path,
    reject: false,
  })
  try {
    let told = ''
    running.stderr.on('data', (bytes: Buffer) => (told += bytes.toString()))
    const isWritten = async (field: string): Promise<void> =>
      await vi.waitFor(() => expect(readFileSync(at('ssm_types.py'), 'utf8')).toContain(`    ${field}: str`), 60_000)
    await isWritten('first')
    for (const field of ['second', 'third', 'fourth']) {
      replaceFile(at('parts/shape.ts'), shape(field))
      await isWritten(field)
    }
    for (const field of ['fifth', 'sixth', 'seventh']) {
      told = ''
      replaceFile(at('main.ts'), 'const x =')
      await vi.waitFor(() => expect(told).toContain('cannot be loaded'), 60_000)
      replaceFile(at('main.ts'), program(`z.object({ ${field}: z.string() })`))
      await isWritten(field)
    }
    expect(running.exitCode).toBeNull()
  } finally {
    running.kill('SIGKILL')
    await running
  }
})
