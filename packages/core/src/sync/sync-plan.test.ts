import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { LocalFile } from './listing.ts'
import { planSync, type IndexEntry, type StoredFile } from './sync-plan.ts'

const file = (path: string, content: string): LocalFile => ({
  path,
  sha256: `sha-${content}`,
  sizeBytes: content.length,
  absolutePath: `/here/${path}`,
  executable: false,
  modifiedAtMs: 0,
  changedAtMs: 0,
  inode: 1,
})

/** A store whose objects know their content, so that the test can tell what a plan makes of it. */
interface Store {
  readonly objects: Map<string, StoredFile & { readonly content: string }>
  readonly index: Map<string, IndexEntry>
  writes: number
}

function put(store: Store, path: string, content: string): StoredFile {
  const object = { path, content, sizeBytes: content.length, etag: `etag-${(store.writes += 1)}` }
  store.objects.set(path, object)
  return object
}

function synced(store: Store, folder: ReadonlyMap<string, string>): number {
  const files = [...folder].map(([path, content]) => file(path, content))
  const plan = planSync(files, [...store.objects.values()], store.index)
  for (const one of plan.upload) {
    const { etag } = put(store, one.path, folder.get(one.path) ?? '')
    store.index.set(one.path, { sha256: one.sha256, etag, sizeBytes: one.sizeBytes })
  }
  for (const path of plan.remove) store.objects.delete(path)
  expect(plan.upload.length + plan.keep.length).toBe(files.length)
  expect(plan.bytes).toBe(plan.upload.reduce((sum, one) => sum + one.sizeBytes, 0))
  return plan.upload.length + plan.remove.length
}

const path = fc.constantFrom('a', 'b', 'a/b', 'a b', 'ü', 'a-1', '__proto__')
const content = fc.constantFrom('', 'x', 'y', 'xx')
const folder = fc.array(fc.tuple(path, content)).map((pairs) => new Map(pairs))
const meddling = fc.array(fc.tuple(path, fc.option(content)))

test('after a plan the store equals the folder and a second plan is empty, whatever happened before', () => {
  fc.assert(
    fc.property(folder, meddling, folder, meddling, folder, (first, meddledOnce, second, meddledTwice, third) => {
      const store: Store = { objects: new Map(), index: new Map(), writes: 0 }
      const meddle = (changes: readonly (readonly [string, string | null])[]): void => {
        for (const [name, text] of changes) {
          if (text === null) store.objects.delete(name)
          else put(store, name, text)
        }
      }
      const steps: readonly (readonly [ReadonlyMap<string, string>, readonly (readonly [string, string | null])[]])[] = [
        [first, []],
        [second, meddledOnce],
        [third, meddledTwice],
      ]
      for (const [wanted, changes] of steps) {
        meddle(changes)
        synced(store, wanted)
        expect(new Map([...store.objects.values()].map((object) => [object.path, object.content]))).toEqual(new Map(wanted))
        expect(synced(store, wanted)).toBe(0)
      }
    }),
  )
})

const there: StoredFile = { path: 'a', sizeBytes: 1, etag: 'e1' }
const known: IndexEntry = { sha256: 'sha-x', etag: 'e1', sizeBytes: 1 }

test.each([
  ['unchanged', file('a', 'x'), there, known, 'keep'],
  ['changed here', file('a', 'y'), there, known, 'upload'],
  ['replaced there', file('a', 'x'), { ...there, etag: 'e2' }, known, 'upload'],
  ['cut short there', file('a', 'x'), { ...there, sizeBytes: 0 }, known, 'upload'],
  ['gone there', file('a', 'x'), undefined, known, 'upload'],
  ['there, but not known', file('a', 'x'), there, undefined, 'upload'],
] as const)('a file that is %s is planned so', (_what, local, stored, entry, outcome) => {
  const plan = planSync([local], stored === undefined ? [] : [stored], new Map(entry === undefined ? [] : [['a', entry]]))
  expect(plan[outcome]).toEqual([local])
  expect(plan.remove).toEqual([])
})
