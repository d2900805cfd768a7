import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { download, everything, write, type Tree } from '../../../../../test/support/file-trees.ts'
import { temporaryDirectory } from '../temporary.ts'
import { markName } from './mark.ts'

const name = fc.constantFrom('a', 'b', 'c', 'sub/a', 'sub/b', 'sub/deep/c', 'd/e')
const tree = fc.dictionary(name, fc.constantFrom('x', 'y', 'longer text'), { maxKeys: 5 })
/** What somebody does to a folder between two downloads, and which bytes are theirs from then on. */
const act = fc.oneof(
  fc.record({ kind: fc.constant('write' as const), path: name, text: fc.constantFrom('x', 'mine', 'my own') }),
  fc.record({ kind: fc.constant('remove' as const), path: name }),
  fc.record({
    kind: fc.constant('link' as const),
    path: name,
    to: fc.constantFrom('a', 'sub', '..', '../other', 'nowhere', '/etc/hosts'),
  }),
  fc.record({ kind: fc.constant('folder' as const), path: name }),
  fc.record({ kind: fc.constant('read-only' as const), path: name }),
  fc.record({ kind: fc.constant('move' as const), path: name, to: name }),
  fc.record({
    kind: fc.constant('forged mark' as const),
    stamps: fc.array(fc.record({ modifiedAtMs: fc.double({ noNaN: true }) }), { maxLength: 2 }),
  }),
  fc.record({ kind: fc.constant('copied folder' as const), keepsTimes: fc.boolean() }),
  fc.record({ kind: fc.constant('downloaded' as const), tree }),
)
type Act = typeof act extends fc.Arbitrary<infer One> ? One : never

/** Does it; gives the paths whose content is now somebody's own. What the file system refuses is not done. */
function doAct(target: string, one: Exclude<Act, { kind: 'downloaded' }>): readonly string[] {
  try {
    switch (one.kind) {
      case 'write':
        mkdirSync(dirname(join(target, one.path)), { recursive: true })
        // A link would be written through, to another place.
        if (lstatSync(join(target, one.path), { throwIfNoEntry: false })?.isSymbolicLink() === true) return []
        writeFileSync(join(target, one.path), one.text)
        return [one.path]
      case 'remove':
        rmSync(join(target, one.path), { recursive: true })
        return []
      case 'link':
        mkdirSync(dirname(join(target, one.path)), { recursive: true })
        symlinkSync(one.to, join(target, one.path))
        return [one.path]
      case 'folder':
        mkdirSync(join(target, one.path))
        return [one.path]
      case 'read-only':
        chmodSync(join(target, one.path), 0o444)
        return []
      case 'move':
        renameSync(join(target, one.path), join(target, one.to))
        return []
      case 'forged mark':
        writeFileSync(join(target, markName), JSON.stringify({ v: 1, stamps: one.stamps }))
        return []
      case 'copied folder':
        cpSync(target, `${target}-copy`, { recursive: true, preserveTimestamps: one.keepsTimes, verbatimSymlinks: true })
        rmSync(target, { recursive: true })
        renameSync(`${target}-copy`, target)
        return []
    }
  } catch {
    return []
  }
}

test('downloads into arbitrary trees never lose a byte that no download wrote', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(act, { maxLength: 12 }), tree, async (acts, last) => {
      await using scratch = await temporaryDirectory()
      const target = join(scratch.path, 'out')
      write(join(scratch.path, 'other'), { outside: 'mine' })
      const own = new Map<string, string>()
      const noteOwn = (paths: readonly string[]): void => {
        const now = existsSync(target) ? everything(target) : {}
        for (const path of paths) own.set(path, now[path] ?? '')
        // What somebody removes or moves themselves is not lost.
        for (const [path, text] of own) if (now[path] !== text) own.delete(path)
      }
      const downloadAndLook = async (wanted: Tree): Promise<void> => {
        const before = existsSync(target) ? everything(target) : {}
        const failure = await download(target, wanted).then(
          () => undefined,
          (cause: unknown) => cause,
        )
        const after = existsSync(target) ? everything(target) : {}
        expect(after).toMatchObject(Object.fromEntries(own))
        const right = failure === undefined ? { after: wanted } : { after: before, failure: { code: 'STORAGE_DENIED' } }
        expect({ after, failure }).toMatchObject(right)
        expect(everything(join(scratch.path, 'other'))).toEqual({ outside: 'mine' })
        expect(readdirSync(scratch.path).filter((each) => each.startsWith('.ssm'))).toEqual([])
      }
      for (const one of acts) {
        if (one.kind === 'downloaded') await downloadAndLook(one.tree)
        else noteOwn(doAct(target, one))
      }
      await downloadAndLook(last)
    }),
    { numRuns: 300 },
  )
})
