import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { processesWith } from '../../../../test/support/leftovers.ts'
import { thisOwner } from '../files/process/owner.ts'
import { temporaryDirectory } from '../files/temporary.ts'
import { buildImage } from './build.ts'

test('after a build that failed its own containers are removed, before one those of killed clients, and nobody else’s', async () => {
  await using folder = await temporaryDirectory()
  const file = (path: string, text: string, mode = 0o644): string => {
    mkdirSync(dirname(join(folder.path, path)), { recursive: true })
    writeFileSync(join(folder.path, path), text, { mode })
    return join(folder.path, path)
  }
  const { pid } = spawnSync(process.execPath, ['-e', ''])
  const ended = thisOwner().replace(/-\d+-\d+$/, `-${pid}-1`)
  const notes = (id: string): string => `overlay-containers/${id}/userdata/buildah.json`
  const noted = (owner: string): string => `{"Secrets":["id=simple-sagemaker-build-${owner}-0123abcd,src=x"]}`
  file(notes('of-killed'), noted(ended))
  file(notes('of-running'), noted(thisOwner()))
  file(notes('of-elsewhere'), noted(thisOwner().replace(/^.{6}/, 'abcdef')))
  file(notes('of-others'), '{"Secrets":["id=mine,src=x"]}')
  const own = join(folder.path, notes('own'))
  const calls = join(folder.path, 'calls')
  const program = file(
    'podman',
    `#!/bin/sh
case $1 in
info) printf 'overlay %s\\n' '${folder.path}' ;;
build) echo build >>'${calls}'; mkdir -p '${dirname(own)}'; echo "{\\"Secrets\\":[\\"$5\\"]}" >'${own}'; exit 1 ;;
*) echo "$*" >>'${calls}' ;;
esac
`,
    0o755,
  )
  const engine = { kind: 'podman', program, version: '4.3.1' } as const
  await expect(buildImage(engine, { folder: '/f', names: ['a'] })).rejects.toMatchObject({ code: 'IMAGE_FAILED' })
  expect(readFileSync(own, 'utf8')).toContain(`id=simple-sagemaker-build-${thisOwner()}-`)
  expect(readFileSync(calls, 'utf8').split('\n')).toEqual(['rm --force of-killed', 'build', 'rm --force own', ''])
})

test.skipIf(process.platform !== 'linux')(
  'an aborted build leaves no process, also none that was just being started',
  async () => {
    await using folder = await temporaryDirectory()
    const program = join(folder.path, 'podman')
    // A length of sleep that nobody else has.
    const step = `sleep 1000.${process.pid}`
    writeFileSync(
      program,
      `#!/bin/sh\n[ "$1" = build ] || exit 1\nwhile :; do ${step} & [ -e '${program}.begun' ] || : >'${program}.begun'; done\n`,
      { mode: 0o755 },
    )
    const abort = new AbortController()
    const engine = { kind: 'podman', program, version: '4.3.1' } as const
    const built = buildImage(engine, { folder: folder.path, names: ['a'], signal: abort.signal })
    built.catch(() => undefined)
    await vi.waitFor(() => expect(existsSync(`${program}.begun`)).toBe(true), { timeout: 20_000, interval: 1 })
    abort.abort()
    await expect(built).rejects.toBe(abort.signal.reason)
    await expect.poll(() => processesWith(step.replace(' ', '\0')), { timeout: 20_000 }).toEqual([])
  },
)
