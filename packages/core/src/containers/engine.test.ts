import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { containerEngines } from '../local/index.ts'
import { findEngine, needEngine } from './engine.ts'

let bin: string
beforeEach(() => void (bin = mkdtempSync(join(tmpdir(), 'ssm-engines-'))))
afterEach(() => rmSync(bin, { recursive: true }))

function engine(name: string, lines: string): string {
  const path = join(bin, name)
  writeFileSync(path, `#!/bin/sh\n${lines}\n`)
  chmodSync(path, 0o755)
  return path
}
const dead = `[ "$1" = --version ] && echo 'Docker version 28.0.0' && exit
echo
echo 'Cannot connect to the Docker daemon at unix:///run/x.sock. Is the docker daemon running?' >&2; exit 1`
const podman = '[ "$1" = --version ] && echo "podman version 4.3.1" || echo 4.3.1'
const closed = `echo 'time="x" level=error msg="exec: \\"newuidmap\\": executable file not found in $PATH"' >&2; exit 1`
const here = () => ({ environment: { PATH: bin, SSM_CONTAINER_ENGINE: undefined } })

test('podman is used beside a docker whose service does not answer', async () => {
  engine('docker', dead)
  engine('podman', podman)
  expect(await findEngine(here())).toEqual({ kind: 'podman', program: 'podman', version: '4.3.1' })
  expect(await containerEngines(here())).toMatchObject([
    {
      program: 'docker',
      state: 'silent',
      why: 'Cannot connect to the Docker daemon at unix:///run/x.sock. Is the docker daemon running?',
      next: expect.stringContaining('systemctl start docker') as string,
    },
    { program: 'podman', state: 'used', version: '4.3.1' },
  ])
})

test('when none answers, the error says what each of them says, and the next step of each', async () => {
  engine('docker', dead)
  engine('podman', closed)
  await expect(needEngine('to run the job in a container', here())).rejects.toMatchObject({
    code: 'ENGINE_MISSING',
    message: expect.stringMatching(/docker: Cannot connect.*podman: .*newuidmap/) as string,
    hint: expect.stringMatching(/systemctl start docker.*package uidmap/) as string,
  })
})

test('where none is installed, the error says what to install', async () => {
  expect(await findEngine(here())).toBeUndefined()
  await expect(needEngine('to build an image', here())).rejects.toMatchObject({
    message: 'Neither docker nor podman answers, and one of them is needed to build an image.',
    hint: expect.stringContaining('Install Docker (https://docs.docker.com/engine/install) or Podman') as string,
  })
  expect(await containerEngines(here())).toEqual([
    { program: 'docker', state: 'missing' },
    { program: 'podman', state: 'missing' },
  ])
})

test('one that is named must answer, whatever else is there', async () => {
  engine('podman', podman)
  const named = (path: string) => ({ environment: { PATH: bin, SSM_CONTAINER_ENGINE: path } })
  await expect(findEngine(named(engine('mine', dead)))).rejects.toMatchObject({
    code: 'ENGINE_MISSING',
    message: expect.stringContaining('mine" does not answer: Cannot connect') as string,
    hint: expect.stringContaining('SSM_CONTAINER_ENGINE') as string,
  })
  await expect(needEngine('to build', named(join(bin, 'nowhere')))).rejects.toMatchObject({
    message: expect.stringContaining('was not found') as string,
  })
  expect(await findEngine(named(engine('other', podman)))).toMatchObject({ kind: 'podman', program: join(bin, 'other') })
})

test.each([
  [
    'says nothing',
    '[ "$1" = --version ] && echo "docker 1" && exit\nexit 0',
    'it does not tell its version',
    /^Start it, and check/,
  ],
  ['fails with words that nobody knows', 'echo "out of luck" >&2; exit 3', 'out of luck', /^Start it, and check/],
  ['fails without a word', 'exit 3', 'docker', /^Start it, and check/],
])('an engine that %s is told with what it said and a next step', async (_, lines, line, hint) => {
  const path = engine('docker', lines)
  await expect(needEngine('to build', here())).rejects.toMatchObject({
    message: expect.stringContaining(line) as string,
    hint: expect.stringMatching(hint) as string,
  })
  for (const find of [findEngine, (options: object) => needEngine('to build', options)])
    await expect(find({ ...here(), engine: path })).rejects.toMatchObject({
      code: 'ENGINE_MISSING',
      message: expect.stringContaining(line) as string,
      facts: { engine: path },
    })
  await expect(findEngine({ ...here(), engine: join(bin, 'missing') })).rejects.toMatchObject({
    message: expect.stringContaining('was not found') as string,
  })
})

test('an abort while an engine is asked ends it with its reason', async () => {
  const path = engine('docker', 'exec sleep 60')
  const stop = new AbortController()
  const asked = findEngine({ engine: path, signal: stop.signal })
  const reason = new Error('enough')
  stop.abort(reason)
  await expect(asked).rejects.toBe(reason)
})
