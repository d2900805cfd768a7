import { expect, test } from 'vitest'
import { memoryObjects } from '../../../../test/support/memory-objects.ts'
import { scriptedPlatform } from '../../../../test/support/scripted-platform.ts'
import { layoutOf } from '../names/layout.ts'
import { joinUri } from '../names/object-uri.ts'
import { projectName, taskName } from '../names/task-name.ts'
import type { StoredSearch } from './found.ts'
import { searchesOf, type KnownNotes } from './journal.ts'
import { bestOf, storedSearches } from './stored.ts'

const trial = (number: number, status: string, value?: number): StoredSearch['trials'][number] =>
  ({ number, status, ...(value === undefined ? {} : { value }) }) as unknown as StoredSearch['trials'][number]
const trials = [
  trial(1, 'failed', 0),
  trial(2, 'completed', 3),
  trial(3, 'completed', 1),
  trial(4, 'completed', 5),
  trial(5, 'completed'),
]

test('the best trial is a completed one with the least or the greatest value', () => {
  expect(bestOf(trials, { metric: 'm', direction: 'minimize' })?.number).toBe(3)
  expect(bestOf(trials, { metric: 'm', direction: 'maximize' })?.number).toBe(4)
  expect(bestOf([trial(1, 'failed', 0), trial(2, 'completed')], { metric: 'm', direction: 'minimize' })).toBeUndefined()
})

test('searches are read from their notes, newest first, with their trials as far as they went', async () => {
  const { platform } = scriptedPlatform().client()
  const objects = memoryObjects()
  const { root } = layoutOf({ bucket: 'bucket', prefix: '', project: projectName('ex'), task: taskName('train') })
  const write = (search: string, name: string, value: unknown) =>
    objects.write(joinUri(searchesOf(root), search, name), { kind: 'bytes', bytes: Buffer.from(JSON.stringify(value)) })
  const goal = { metric: 'loss', direction: 'minimize' }
  await write('old', 'search.json', { v: 1, goal, space: {}, createdAtMs: 1 })
  await write('new', 'search.json', { v: 1, goal, space: {}, createdAtMs: 2, tuned: 'tuned' })
  await write('aimless', 'search.json', { v: 1, space: {}, createdAtMs: 3 })
  await write('later', 'search.json', { v: 2, goal, space: {}, createdAtMs: 4 })
  await write('damaged', 'search.json', ['no note'])
  const end = { status: 'completed', steps: 1, course: [], compared: [] }
  const more = { value: 1, job: 't-1', seconds: 2, billableSeconds: 3, costUsd: 4, message: 'm' }
  await write('old', '0001.json', { lr: 1 })
  await write('old', '0001.end.json', { ...end, ...more })
  await write('old', '0002.json', { lr: 2 })
  await write('old', '0002.end.json', end)
  await write('old', '0003.json', { lr: 3 })
  await write('old', '0003.end.json', { status: 'unheard of' })
  await write('old', '0004.json', 'no note')
  await write('new', '0001.json', { lr: 1 })
  const { signal } = new AbortController()
  const known: KnownNotes = new Map()
  const found = await storedSearches('train', { root }, { ...platform, objects }, signal, known)
  expect(found.map(({ id }) => id)).toEqual(['new', 'old'])
  expect(found[0]).toMatchObject({ trials: [{ number: 1, task: 'tuned', status: 'running', course: [] }] })
  expect(found[0]).not.toHaveProperty('best')
  expect(found[1]).toMatchObject({
    best: { number: 1 },
    trials: [
      { number: 1, status: 'completed', hyperparameters: { lr: 1 }, ...more },
      { number: 2, status: 'completed' },
      { number: 3, status: 'running' },
    ],
  })
  for (const field of Object.keys(more)) expect(found[1]?.trials[1]).not.toHaveProperty(field)
  // What did not change is not read again, but for what was no note.
  const unread = {
    ...objects,
    read: (uri: Parameters<typeof objects.read>[0]) => (/(search|0004)\.json$/.test(uri) ? objects.read(uri) : never(uri)),
  }
  expect(await storedSearches('train', { root }, { ...platform, objects: unread }, signal, known)).toEqual(found)
})

function never(uri: string): never {
  throw new Error(`${uri} was read again`)
}
