import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryDirectory } from '../files/temporary.ts'
import { buildImage, hasImage, pullImage, pushImage } from './build.ts'
import type { ContainerEngine } from './engine.ts'

/** Works with an engine that prints its words and its variable `MARK`, and ends with 1 where one of its words is this. */
async function withEngine<T>(fails: string, work: (engine: ContainerEngine) => Promise<T>): Promise<T> {
  await using folder = await temporaryDirectory()
  const program = join(folder.path, 'docker')
  const words = `for word in "$@"; do [ "$word" = '${fails}' ] && echo 'E: out of luck' && exit 1; done`
  writeFileSync(program, `#!/bin/sh\n${words}\necho "$* $MARK"\n`)
  chmodSync(program, 0o755)
  return await work({ kind: 'docker', program, version: '1' })
}

async function linesOf(
  fails: string,
  work: (engine: ContainerEngine, more: object) => Promise<unknown>,
  env = {},
): Promise<readonly string[]> {
  const lines: string[] = []
  const onStep = ({ line }: { readonly line: string }): void => void lines.push(line)
  await withEngine(fails, (engine) => work(engine, { onStep, ...env }))
  return lines
}

test.each([
  ['with buildx', 'nothing', 'buildx build --provenance=false --load --progress plain'],
  ['without it', 'buildx', 'build'],
])('docker %s builds one manifest for linux/amd64', async (_, fails, words) => {
  const build = (engine: ContainerEngine, more: object) => buildImage(engine, { folder: '/f', names: ['a', 'b'], ...more })
  const rest = '--platform linux/amd64 --tag a --tag b --file /f/Dockerfile /f'
  expect(await linesOf(fails, build)).toEqual([`${words} ${rest}`])
  expect(await linesOf(fails, build, { env: { MARK: 'marked' } })).toEqual([`${words} ${rest} marked`])
})

test('an image is pushed and fetched with the variables that were given', async () => {
  expect(await linesOf('nothing', (engine, more) => pushImage(engine, 'a', more))).toEqual(['push a'])
  const marked = { env: { MARK: 'marked' } }
  expect(await linesOf('nothing', (engine, more) => pullImage(engine, 'a', more), marked)).toEqual([
    'pull --platform linux/amd64 a marked',
  ])
})

test.each([
  ['push', pushImage, /could not be pushed/, /may write to the repository/],
  ['pull', pullImage, /could not be pulled/, /log in to its registry/],
] as const)('a %s that fails is told with what was printed and a next step', async (word, move, message, hint) => {
  await expect(withEngine(word, (engine) => move(engine, 'a', {}))).rejects.toMatchObject({
    code: 'IMAGE_FAILED',
    message: expect.stringMatching(message) as string,
    hint: expect.stringMatching(hint) as string,
    facts: { engine: 'docker', image: 'a' },
  })
})

test('an image that the engine does not have is not there, and an abort is no answer', async () => {
  expect(await withEngine('nothing', (engine) => hasImage(engine, 'a'))).toBe(true)
  expect(await withEngine('image', (engine) => hasImage(engine, 'a'))).toBe(false)
  const reason = new Error('enough')
  const aborted = AbortSignal.abort(reason)
  await expect(withEngine('image', (engine) => hasImage(engine, 'a', aborted))).rejects.toBe(reason)
  await expect(
    withEngine('buildx', (engine) => buildImage(engine, { folder: '/f', names: [], signal: aborted })),
  ).rejects.toBeDefined()
})
