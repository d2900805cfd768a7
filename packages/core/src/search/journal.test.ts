import { expect, test } from 'vitest'
import { memoryObjects } from '../../../../test/support/memory-objects.ts'
import { scriptedPlatform } from '../../../../test/support/scripted-platform.ts'
import { taskOf } from '../../../../test/support/tasks.ts'
import { taskName } from '../names/task-name.ts'
import { PlatformError } from '../platform/errors.ts'
import type { WriteOptions } from '../platform/objects.ts'
import { openSearchJournal, searchId } from './journal.ts'
import type { SearchPlan } from './plan.ts'

const plan: SearchPlan = {
  task: taskOf('train'),
  over: { kind: 'space', space: { lr: { kind: 'choice', values: [1, 2] } } },
  goal: { metric: 'loss', direction: 'minimize' },
  trials: 2,
  parallel: 1,
  tolerate: 0,
  seed: 1,
  by: 'random',
}
const { signal } = new AbortController()
const end = { status: 'completed', steps: 1, course: [], compared: [] } as const

/** A journal in a store that has `options` of each write. */
async function journalOf(changes: Partial<SearchPlan> = {}, failsWith?: Error) {
  const { platform } = scriptedPlatform().client()
  const objects = memoryObjects()
  const writes: WriteOptions[] = []
  const write: typeof objects.write = async (uri, body, options = {}) => {
    writes.push(options)
    if (failsWith !== undefined) throw failsWith
    return objects.write(uri, body, options)
  }
  const open = (tuned?: ReturnType<typeof taskName>) =>
    openSearchJournal({ ...plan, ...changes }, 'id', { ...platform, objects: { ...objects, write } }, signal, tuned)
  return { journal: await open(), open, objects, writes }
}

test('two clients that begin the same trial take the values of the first, and see its end', async () => {
  const { journal, open } = await journalOf()
  const other = await open()
  expect(await journal.begin(1, { lr: 1 }, signal)).toEqual({ lr: 1 })
  expect(await other.begin(1, { lr: 2 }, signal)).toEqual({ lr: 1 })
  await other.end(1, end)
  expect(await journal.read(signal)).toEqual([{ number: 1, values: { lr: 1 }, end }])
})

test('a note of a trial that is damaged leaves the values that were chosen, and a store that refuses is told', async () => {
  const { journal, objects } = await journalOf()
  await journal.begin(1, { lr: 1 }, signal)
  for (const uri of objects.bytes.keys()) objects.bytes.set(uri, Buffer.from('{'))
  expect(await journal.begin(1, { lr: 2 }, signal)).toEqual({ lr: 2 })
  const denied = new PlatformError('PLATFORM_DENIED', 'no', {})
  await expect((await journalOf({}, denied)).journal.begin(1, {}, signal)).rejects.toBe(denied)
})

test('a search is noted once, with the name of its tuned task; that of a list is not', async () => {
  const { open, objects, writes } = await journalOf()
  const journal = await open(taskName('tuned'))
  await journal.note(signal)
  await journal.note(signal)
  expect(writes).toHaveLength(1)
  expect(JSON.parse([...objects.bytes.values()].join(''))).toMatchObject({ v: 1, tuned: 'tuned', goal: plan.goal })
  const list = await journalOf({ over: { kind: 'list', list: [{ lr: 1 }] } })
  await list.journal.note(signal)
  expect(list.writes).toEqual([])
})

test('notes are encrypted with the key of the task', async () => {
  const plain = await journalOf()
  await plain.journal.note(signal)
  expect(plain.writes[0]).not.toHaveProperty('kmsKey')
  const { journal, writes } = await journalOf({ task: { ...plan.task, outputKmsKey: 'alias/mine' } })
  await journal.note(signal)
  await journal.end(1, end)
  expect(writes).toMatchObject([{ kmsKey: 'alias/mine' }, { kmsKey: 'alias/mine' }])
})

test('it is the same search however many trials it has, and another one with another goal, list, seed or place', () => {
  const id = searchId(plan, 'f')
  expect(searchId({ ...plan, trials: 99, parallel: 9, tolerate: 3 }, 'f')).toBe(id)
  const others = [
    searchId({ ...plan, goal: { metric: 'loss', direction: 'maximize' } }, 'f'),
    searchId({ ...plan, over: { kind: 'list', list: [] } }, 'f'),
    searchId({ ...plan, seed: 2 }, 'f'),
    searchId({ ...plan, on: 'sagemaker' }, 'f'),
    searchId(plan, 'g'),
  ]
  expect(new Set([id, ...others]).size).toBe(6)
})
