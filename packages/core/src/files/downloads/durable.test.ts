import fs from 'node:fs'
import { mkdirSync, writeFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { join, relative } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryDirectory } from '../temporary.ts'
import { arrivalOf } from './place.ts'

/** Which paths are synced while work is done: what was opened and then synced, as the system sees it. */
async function syncedDuring(work: () => Promise<void>): Promise<readonly string[]> {
  const synced: string[] = []
  const open = fs.promises.open
  fs.promises.open = async (path, ...more) => {
    const handle = await open(path, ...more)
    const sync = handle.sync.bind(handle)
    handle.sync = async () => {
      await sync()
      synced.push(String(path))
    }
    return handle
  }
  syncBuiltinESMExports()
  try {
    await work()
  } finally {
    fs.promises.open = open
    syncBuiltinESMExports()
  }
  return synced
}

test('a download into a folder with other files syncs every folder in which a new name stands', async () => {
  await using scratch = await temporaryDirectory()
  const target = join(scratch.path, 'out')
  mkdirSync(target)
  writeFileSync(join(target, 'mine'), 'mine')
  const synced = await syncedDuring(async () => {
    await using arrival = await arrivalOf(target)
    mkdirSync(join(arrival.path, 'a/b/c'), { recursive: true })
    writeFileSync(join(arrival.path, 'a/b/c/file'), 'new')
    await arrival.commit()
  })
  const folders = new Set(synced.map((path) => relative(target, path)))
  expect(['a/b/c', 'a/b', 'a', ''].filter((folder) => !folders.has(folder))).toEqual([])
})
