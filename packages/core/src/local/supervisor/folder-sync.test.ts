import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryDirectory } from '../../files/temporary.ts'
import { objectUri } from '../../names/object-uri.ts'
import { directoryObjects } from '../objects/objects.ts'
import { folderSync } from './folder-sync.ts'

test('what an earlier look brought to the store counts as stored at the end, too: it is made durable with the rest', async () => {
  await using scratch = await temporaryDirectory()
  const root = join(scratch.path, 'algo-1')
  mkdirSync(join(root, 'state'), { recursive: true })
  const objects = directoryObjects(join(scratch.path, 'store'))
  const uri = objectUri('s3://ssm-local/p/t/state')
  const sync = folderSync([{ host: 'algo-1', root }], 'state', uri, objects, { deletes: true })
  for (const name of ['a', 'gone']) writeFileSync(join(root, 'state', name), name)
  await sync.push()
  writeFileSync(join(root, 'state', 'b'), 'b')
  rmSync(join(root, 'state', 'gone'))
  expect((await sync.push()).written).toEqual([`${uri}/b`])
  const there = sync.stored().filter((each) => objects.pathOf(each) !== undefined)
  expect(there.toSorted()).toEqual([`${uri}/a`, `${uri}/b`])
})
