import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { app } from '../../packages/cli/src/app.ts'
import { engineFinding } from '../../packages/cli/src/commands/doctor/engine-check.ts'
import { testContext } from './support/context.ts'
import { workFolder } from './support/ssm.ts'

const docker = {
  program: 'docker',
  state: 'silent',
  why: 'Cannot connect to the Docker daemon',
  next: 'Start its service.',
} as const
const podman = { program: 'podman', state: 'used', version: '4.3.1' } as const

test('the doctor names the engine that is used, and why one that is installed is not', () => {
  expect(engineFinding([docker, podman], undefined)).toEqual({
    name: 'containers',
    status: 'ok',
    detail: 'podman 4.3.1 is used; docker is installed, but does not answer (Cannot connect to the Docker daemon)',
    fix: 'To use docker instead: start its service.',
  })
  expect(engineFinding([podman], 'podman').detail).toBe('podman 4.3.1 is used, named by SSM_CONTAINER_ENGINE')
  expect(engineFinding([docker, { program: 'podman', state: 'missing' }], undefined)).toMatchObject({
    status: 'warning',
    fix: 'Start its service.',
  })
  expect(engineFinding([{ program: '/x/docker', state: 'missing' }], '/x/docker')).toMatchObject({
    status: 'warning',
    detail: '/x/docker, named by SSM_CONTAINER_ENGINE, was not found',
  })
  expect(engineFinding([{ program: 'docker', state: 'missing' }], undefined)).toMatchObject({ status: 'note' })
})

test('the doctor asks the engines of the PATH', async () => {
  await using folder = await workFolder()
  const bin = join(folder.path, 'bin')
  mkdirSync(bin)
  const program = (name: string, lines: string): void => {
    writeFileSync(join(bin, name), `#!/bin/sh\n${lines}\n`)
    chmodSync(join(bin, name), 0o755)
  }
  program('docker', '[ "$1" != --version ] && exit 1; echo Docker version 28')
  program('podman', '[ "$1" = --version ] && echo podman version 9.9 || echo 9.9.0')
  const context = testContext({ cwd: folder.path, env: { SSM_PLATFORM: 'local', HOME: folder.path, PATH: bin } })
  await app(['doctor', '--json'], context)
  const { checks } = JSON.parse(context.stdout.text()) as { checks: { name: string; detail: string }[] }
  expect(checks.find(({ name }) => name === 'containers')?.detail).toMatch(
    /^podman .* is used; docker is installed, but does not answer/,
  )
})

test('the doctor warns of a podman whose containers have no network', () => {
  const without = { ...podman, why: 'EACCES: /dev/net/tun', next: 'Load it.' }
  expect(engineFinding([without], undefined)).toMatchObject({
    status: 'warning',
    detail: expect.stringContaining('its containers have no network (EACCES: /dev/net/tun)') as string,
    fix: 'Load it.',
  })
})
