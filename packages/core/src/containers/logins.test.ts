import { chmod, lstat, mkdir, readFile, readlink, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { temporaryDirectory } from '../files/temporary.ts'
import { Secret } from '../secrets/secret.ts'
import { withLogins } from './logins.ts'

afterEach(() => vi.unstubAllEnvs())

const login = { host: 'registry.example.com', user: 'me', password: new Secret('canary') }

/** An engine that takes every login, or refuses it. */
async function engineIn(folder: string, kind: 'docker' | 'podman', exit = 0) {
  const program = join(folder, kind)
  await writeFile(program, `#!/bin/sh\ncat > '${folder}/input'\nexit ${exit}\n`)
  await chmod(program, 0o755)
  return { kind, program, version: '1' } as const
}

test("docker works in a folder with the user's own things and without a helper for our registries, which is gone afterwards", async () => {
  await using folder = await temporaryDirectory()
  const own = join(folder.path, 'own')
  await mkdir(join(own, 'contexts'), { recursive: true })
  const settings = { credHelpers: { 'other.example.com': 'helper' }, credsStore: 'desktop' }
  await writeFile(join(own, 'config.json'), JSON.stringify(settings))
  vi.stubEnv('DOCKER_CONFIG', own)
  const engine = await engineIn(folder.path, 'docker')
  const used = await withLogins(engine, [login], undefined, async ({ DOCKER_CONFIG: place = '' }) => {
    expect(await readlink(join(place, 'contexts'))).toBe(join(own, 'contexts'))
    expect(JSON.parse(await readFile(join(place, 'config.json'), 'utf8'))).toEqual({
      ...settings,
      credHelpers: { 'other.example.com': 'helper', 'registry.example.com': '' },
    })
    expect((await lstat(join(place, 'config.json'))).mode & 0o077).toBe(0)
    return place
  })
  await expect(stat(used)).rejects.toMatchObject({ code: 'ENOENT' })
  expect(JSON.parse(await readFile(join(own, 'config.json'), 'utf8'))).toEqual(settings)
  expect(await readFile(join(folder.path, 'input'), 'utf8')).toBe('canary')
})

test.each([['null'], ['"text"'], ['{'], [undefined]])(
  'settings of docker that are no settings count as none: %s',
  async (text) => {
    await using folder = await temporaryDirectory()
    if (text !== undefined) await writeFile(join(folder.path, 'config.json'), text)
    vi.stubEnv('DOCKER_CONFIG', text === undefined ? join(folder.path, 'missing') : folder.path)
    const engine = await engineIn(folder.path, 'docker')
    await withLogins(engine, [], undefined, async ({ DOCKER_CONFIG: place = '' }) => {
      expect(JSON.parse(await readFile(join(place, 'config.json'), 'utf8'))).toEqual({ credHelpers: {} })
    })
  },
)

test('podman works with a copy of the logins, those of the nearest place first', async () => {
  await using folder = await temporaryDirectory()
  const { path } = folder
  await mkdir(join(path, 'containers'))
  await mkdir(join(path, '.docker'))
  const write = (name: string, ...hosts: readonly string[]): Promise<void> =>
    writeFile(join(path, name), JSON.stringify(Object.fromEntries(hosts.map((host) => [host, name]))))
  await write('containers/auth.json', 'a', 'b')
  await write('.docker/config.json', 'a', 'b', 'c')
  await write('given.json', 'a')
  vi.stubEnv('HOME', path)
  vi.stubEnv('XDG_RUNTIME_DIR', path)
  const engine = await engineIn(path, 'podman')
  const copied = (): Promise<unknown> =>
    withLogins(engine, [], undefined, async ({ REGISTRY_AUTH_FILE: file = '' }): Promise<unknown> =>
      JSON.parse(await readFile(file, 'utf8')),
    )
  expect(await copied()).toEqual({ a: 'containers/auth.json', b: 'containers/auth.json', c: '.docker/config.json' })
  vi.stubEnv('REGISTRY_AUTH_FILE', join(path, 'given.json'))
  expect(await copied()).toEqual({ a: 'given.json', b: 'containers/auth.json', c: '.docker/config.json' })
})

test('a registry that refuses a login is told by its host, without the password', async () => {
  await using folder = await temporaryDirectory()
  vi.stubEnv('DOCKER_CONFIG', join(folder.path, 'missing'))
  const failure: unknown = await withLogins(
    await engineIn(folder.path, 'docker', 1),
    [login],
    undefined,
    async () => undefined,
  ).catch((cause: unknown) => cause)
  expect(failure).toMatchObject({ code: 'IMAGE_FAILED', facts: { host: login.host, engine: 'docker' } })
  expect(JSON.stringify(failure)).not.toContain('canary')
})
