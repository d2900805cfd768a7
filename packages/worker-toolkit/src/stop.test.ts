import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { afterAll, beforeAll, expect, test } from 'vitest'

const place = mkdtempSync(join(tmpdir(), 'ssm-stop-'))

// As a user's entry is: one bundled file.
beforeAll(async () => {
  const entryPoints = [fileURLToPath(new URL('./index.ts', import.meta.url))]
  await build({ entryPoints, bundle: true, platform: 'node', format: 'esm', outfile: join(place, 'toolkit.mjs') })
})
afterAll(() => rmSync(place, { recursive: true, force: true }))

type End = { readonly code: number | null; readonly signal: string | null; readonly out: string }

/** How the program ends that is told to stop with its first line; with `told: false`, how it ends untold. */
async function stopped(name: string, program: string, told = true): Promise<End> {
  const file = join(place, `${name}.mjs`)
  writeFileSync(file, `import { onStop, stopSignal } from './toolkit.mjs'\n${program}\nconsole.log('ready')\n`)
  const child = spawn(process.execPath, [file], { stdio: ['ignore', 'pipe', 'ignore'], env: {} })
  const exited = once(child, 'close')
  let out = ''
  child.stdout.on('data', (chunk: Buffer) => {
    if (told && out === '') child.kill('SIGTERM')
    out += chunk.toString()
  })
  const [code, signal] = (await exited) as [number | null, string | null]
  return { code, signal, out }
}

const stay = 'setTimeout(() => {}, 20_000)'

test('on SIGTERM the callbacks run one after the other and the process ends with 143', async () => {
  const program = `${stay}\nonStop(async () => { await new Promise((r) => setTimeout(r, 50)); console.log('one') })\nonStop(() => console.log('two'))`
  expect(await stopped('both', program)).toEqual({ code: 143, signal: null, out: 'ready\none\ntwo\n' })
})

test('a failing callback does not keep the others from running, and a callback may choose the exit code', async () => {
  const program = `${stay}\nonStop(() => { throw new Error('no') })\nonStop(() => { console.log('still'); process.exit(0) })`
  expect(await stopped('choose', program)).toEqual({ code: 0, signal: null, out: 'ready\nstill\n' })
})

test('the stop signal lets a program end by itself', async () => {
  const program = `const t = ${stay}\nstopSignal().addEventListener('abort', () => { clearTimeout(t); console.log(stopSignal().reason.name) })`
  expect(await stopped('signal', program)).toEqual({ code: 0, signal: null, out: 'ready\nAbortError\n' })
})

test('a callback taken back leaves SIGTERM as it was', async () => {
  expect(await stopped('back', `${stay}\nonStop(() => console.log('no'))()`)).toEqual({
    code: null,
    signal: 'SIGTERM',
    out: 'ready\n',
  })
})

test('listening for the stop does not keep a finished program alive', async () => {
  const listening = 'onStop(() => {})\nstopSignal()'
  expect(await stopped('done', listening, false)).toEqual({ code: 0, signal: null, out: 'ready\n' })
})
