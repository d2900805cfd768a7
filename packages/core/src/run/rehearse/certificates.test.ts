import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { TaskContext } from '../context.ts'
import type { ResolvedTask } from '../resolve/resolve-task.ts'
import { assertCertified, certificateOf, keepCertificate, programDigest } from './certificates.ts'
import type { Rehearsal } from './verdict.ts'

const cacheDir = mkdtempSync(join(tmpdir(), 'ssm-certificates-'))
afterAll(() => rmSync(cacheDir, { recursive: true }))

const parts = (program: string, input = 'a'): ResolvedTask['parts'] => ({ program, 'input data': input })
const rehearsal = (program: string, faults: readonly string[]): Rehearsal =>
  ({
    v: 1,
    program: programDigest(parts(program)),
    survives: faults.length === 0,
    faults: faults.map((fault) => ({ fault })),
  }) as unknown as Rehearsal
const task = (program: string, spec: object = {}): ResolvedTask =>
  ({
    spec: { task: 't', spot: true, maxRunSeconds: 7_200, certifiedOverSeconds: 3_600, ...spec },
    parts: parts(program),
  }) as unknown as ResolvedTask
const context = (ignores: readonly string[] = []): TaskContext =>
  ({ cacheDir, platform: { abilities: { ignores } } }) as unknown as TaskContext

test('a program without a certificate is refused where a long spot run demands one, and nowhere else', async () => {
  await expect(assertCertified(task('new'), context())).rejects.toThrow(
    'demands a certificate for a spot run of more than 1 h, and this program has no certificate here',
  )
  for (const spec of [{ spot: false }, { certifiedOverSeconds: undefined }, { maxRunSeconds: 3_600 }])
    await expect(assertCertified(task('new', spec), context())).resolves.toBeUndefined()
  await expect(assertCertified(task('new'), context(['spot']))).resolves.toBeUndefined()
})

test('a certificate counts for its program with any input, and one of a failed rehearsal says what failed', async () => {
  await keepCertificate(rehearsal('good', []), cacheDir)
  await expect(assertCertified({ ...task('good'), parts: parts('good', 'other') }, context())).resolves.toBeUndefined()
  await keepCertificate(rehearsal('bad', ['lost-work', 'slow-stop']), cacheDir)
  await expect(assertCertified(task('bad'), context())).rejects.toThrow('failed its rehearsal: lost-work, slow-stop')
})

test.each([
  ['damaged', '{'],
  ['of a later version', JSON.stringify({ v: 2, program: 'p' })],
  ['of another program', JSON.stringify({ v: 1, program: 'q' })],
  ['empty', 'null'],
])('a certificate that is %s is none', async (_, text) => {
  mkdirSync(join(cacheDir, 'rehearsals'), { recursive: true })
  writeFileSync(join(cacheDir, 'rehearsals', 'p.json'), text)
  expect(await certificateOf('p', cacheDir)).toBeUndefined()
})
