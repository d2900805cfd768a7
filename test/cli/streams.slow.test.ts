import { spawn } from 'node:child_process'
import { once } from 'node:events'
import process from 'node:process'
import { beforeAll, afterAll, expect, test } from 'vitest'
import { environment, ssm, ssmProgram, workFolder } from './support/ssm.ts'

const timeout = 120_000
const lines = 400_000
const place = ['-p', 'ex', '-t', 'loud', '--platform', 'local']

let folder: Awaited<ReturnType<typeof workFolder>>
beforeAll(async () => {
  folder = await workFolder()
  const line = `seq -f 'line %.0f of a log that is long enough to fill every pipe' ${lines}`
  const ended = await ssm(['shell', ...place, '--cmd', line, '--quiet'], { cwd: folder.path })
  // On a busy computer a run may say that it skipped lines: `ssm logs` has them all, and that is what is tested here.
  expect(ended).toMatchObject({ code: 0 })
}, timeout)
afterAll(() => folder[Symbol.asyncDispose]())

/** Starts `ssm` with a pipe that this test reads as slowly as it likes. */
async function piped(argv: readonly string[]): Promise<ReturnType<typeof spawn>> {
  return spawn(process.execPath, ['--max-old-space-size=64', await ssmProgram(), ...argv], {
    cwd: folder.path,
    env: environment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

test('ssm logs --tail 0 gives a slow reader every line, in little memory', { timeout }, async () => {
  const child = await piped(['logs', ...place, '--tail', '0'])
  let [count, pauses, reads] = [0, 0, 0]
  for await (const chunk of child.stdout ?? []) {
    count += (chunk as Buffer).toString('latin1').split('\n').length - 1
    reads += 1
    if (reads % 40 !== 0) continue
    pauses += 1
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  const [code] = child.exitCode === null ? await once(child, 'close') : [child.exitCode]
  expect(count).toBe(lines)
  expect(pauses).toBeGreaterThan(2)
  expect(code).toBe(0)
})

test('a reader that starts after ssm has written everything still gets it all', { timeout }, async () => {
  const child = await piped(['logs', ...place, '--tail', '20000'])
  await new Promise((resolve) => setTimeout(resolve, 4_000))
  let count = 0
  for await (const chunk of child.stdout ?? []) count += (chunk as Buffer).toString('latin1').split('\n').length - 1
  expect(count).toBe(20_000)
})

test('a reader that goes away ends ssm quietly', { timeout }, async () => {
  const child = await piped(['logs', ...place, '--tail', '0'])
  await once(child.stdout ?? child, 'data')
  child.stdout?.destroy()
  let stderr = ''
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  const [code] = (await once(child, 'close')) as [number]
  expect([code, stderr]).toEqual([0, ''])
})

test('the JSON of a whole log is one document', { timeout }, async () => {
  const ended = await ssm(['logs', ...place, '--tail', '3', '--json'], { cwd: folder.path })
  const document = JSON.parse(ended.stdout) as { readonly status: string; readonly lines: readonly { readonly text: string }[] }
  expect(document.status).toBe('completed')
  expect(document.lines.map(({ text }) => text.split(' ')[1])).toEqual([lines - 2, lines - 1, lines].map(String))
})
