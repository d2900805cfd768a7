import { expect, test } from 'vitest'
import { memoryObjects } from '../../../../../test/support/memory-objects.ts'
import { folderUri, joinUri, objectUri } from '../../names/object-uri.ts'
import type { StoredObject } from '../../platform/objects.ts'
import { stateArchives } from './state-archives.ts'

test('the archives of a state come oldest first, and those of the same moment by their names; other files are none', async () => {
  const folder = folderUri(objectUri('s3://bucket/state'))
  const objects = memoryObjects()
  const ages = {
    'ssm-state.b.tar.gz': 2,
    'ssm-state.a.tar.gz': 2,
    'ssm-state.c.tar.gz': 1,
    'other.tar.gz': 0,
    'ssm-state.d.zip': 0,
  }
  for (const name of [...Object.keys(ages), 'below/ssm-state.e.tar.gz'])
    await objects.write(joinUri(folder, name), { kind: 'bytes', bytes: Buffer.from('') })
  const aged = (object: StoredObject): StoredObject => {
    const name = object.uri.slice(folder.length) as keyof typeof ages
    return { ...object, modifiedAtMs: ages[name] }
  }
  const store = {
    ...objects,
    async *children(...given: Parameters<typeof objects.children>) {
      for await (const child of objects.children(...given))
        yield child.kind === 'object' ? { kind: 'object' as const, object: aged(child.object) } : child
    },
  }
  const found = await stateArchives(folder, store, new AbortController().signal)
  expect(found.map(({ uri }) => uri.slice(folder.length).replace(/^ssm-state\.(.)\.tar\.gz$/, '$1'))).toEqual(['c', 'a', 'b'])
})
