import { compareBytes } from '../../files/byte-order.ts'
import { deepEqual, equal, hasFields, rejectsWith, rejectsWithCode } from '../expectations.ts'
import { uriBelow, itemsOf, keyBelow, putText, objectText, type Checks } from '../visit.ts'

/** Keys that file systems and shells find odd, none of which may touch another. */
const oddKeys = [
  'a',
  'a b',
  'a+b',
  'a%b',
  'a%25b',
  '%',
  '%-',
  '%2E',
  '%2E%2E',
  'x%+',
  'x%=',
  '100%',
  'ä/ö',
  'a\u0308',
  '日本/語',
  '🦀/🦀',
  '\u{10FFFF}',
  '\uFFFD',
  "it's",
  '"q"',
  '$HOME',
  '`x`',
  ';',
  '*',
  '?',
  '#',
  '&',
  '=',
  '<>',
  '|',
  '~',
  '--help',
  '-',
  'tab\there',
  'new\nline',
  'back\\slash',
  'C:\\x',
  `long-${'x'.repeat(300)}`,
  `${'é'.repeat(150)}/x`,
  `${'%'.repeat(120)}`,
] as const

/** Keys that are also folders, segments that are empty or dots: keys are texts and not paths. */
const pathLikeKeys = [
  'x',
  'x/y',
  'x/y/z',
  'a//b',
  'a//',
  'a/',
  '/lead',
  './dot',
  '../up',
  'q/../r',
  'q/./r',
  '..',
  '.',
  'end/..',
] as const

/** How keys are found again. */
export const listingChecks: Checks = {
  'odd keys are kept apart, listed in byte order, and read back': async ({ platform, folder }) => {
    for (const key of oddKeys) await putText(platform, uriBelow(folder, key), `of ${key}`)
    const listed = (await itemsOf(platform.objects.list(folder))).map((object) => keyBelow(folder, object.uri))
    deepEqual(listed, [...oddKeys].sort(compareBytes))
    for (const key of oddKeys) equal(await objectText(platform, uriBelow(folder, key)), `of ${key}`)
  },
  'keys are texts, not paths': async ({ platform, folder }) => {
    for (const key of pathLikeKeys) await putText(platform, uriBelow(folder, key), `of ${key}`)
    const listed = (await itemsOf(platform.objects.list(folder))).map((object) => keyBelow(folder, object.uri))
    deepEqual(listed, [...pathLikeKeys].sort(compareBytes))
    for (const key of pathLikeKeys) equal(await objectText(platform, uriBelow(folder, key)), `of ${key}`)
    await platform.objects.remove([uriBelow(folder, 'x')])
    equal(await objectText(platform, uriBelow(folder, 'x/y')), 'of x/y')
    equal(await platform.objects.find(uriBelow(folder, 'x')), undefined)
  },
  'a listing takes every key that starts with the prefix, a slash or not': async ({ platform, folder }) => {
    for (const key of ['exp/a', 'exp/b/c', 'exp2/a', 'expo', 'other']) await putText(platform, uriBelow(folder, key), '')
    const listed = async (prefix: string): Promise<readonly string[]> =>
      (await itemsOf(platform.objects.list(uriBelow(folder, prefix)))).map((object) => keyBelow(folder, object.uri))
    deepEqual(await listed('exp'), ['exp/a', 'exp/b/c', 'exp2/a', 'expo'])
    deepEqual(await listed('exp/'), ['exp/a', 'exp/b/c'])
    deepEqual(await listed('exp/b/c'), ['exp/b/c'])
    deepEqual(await listed('exp/b/c/'), [])
    deepEqual(await listed('nothing'), [])
  },
  'the folders of a folder are listed without what lies deeper': async ({ platform, folder }) => {
    for (const key of ['b/x/y', 'b/z', 'a/x', 'a-b/x', 'file', 'file/inside']) await putText(platform, uriBelow(folder, key), '')
    deepEqual(
      await itemsOf(platform.objects.folders(folder)),
      ['a-b', 'a', 'b', 'file'].sort((left, right) => compareBytes(`${left}/`, `${right}/`)),
    )
    deepEqual(await itemsOf(platform.objects.folders(uriBelow(folder, 'b/'))), ['x'])
    deepEqual(await itemsOf(platform.objects.folders(uriBelow(folder, 'nothing/'))), [])
  },
  'a folder is listed with the objects and the folders directly in it': async ({ platform, folder }) => {
    for (const key of ['b/x/y', 'b/z', 'a/x', '.first', 'file', 'file/inside'])
      await putText(platform, uriBelow(folder, key), key)
    const children = await itemsOf(platform.objects.children(folder))
    const names = children.flatMap((child) => (child.kind === 'folder' ? [child.name] : []))
    const objects = children.flatMap((child) => (child.kind === 'object' ? [child.object] : []))
    deepEqual(names, ['a', 'b', 'file'])
    deepEqual(
      objects.map(({ uri }) => keyBelow(folder, uri)),
      ['.first', 'file'],
    )
    hasFields(objects[0], { etag: (await platform.objects.find(uriBelow(folder, '.first')))?.etag, sizeBytes: 6 })
    deepEqual(await itemsOf(platform.objects.children(uriBelow(folder, 'nothing/'))), [])
  },
  'a listing longer than a page is complete': async ({ platform, folder }) => {
    const keys = Array.from({ length: 1100 }, (_, index) => `n/${String(index).padStart(5, '0')}`)
    for (let from = 0; from < keys.length; from += 50)
      await Promise.all(keys.slice(from, from + 50).map((key) => putText(platform, uriBelow(folder, key), key)))
    deepEqual(
      (await itemsOf(platform.objects.list(folder))).map((object) => keyBelow(folder, object.uri)),
      keys,
    )
  },
  'an object that is not there is said to be missing': async ({ platform: { objects }, folder }) => {
    equal(await objects.find(uriBelow(folder, 'none')), undefined)
    await rejectsWithCode(itemsOf(objects.read(uriBelow(folder, 'none'))), 'OBJECT_MISSING')
  },
  'an aborted listing and an aborted read reject with the reason': async ({ platform, folder }) => {
    await putText(platform, uriBelow(folder, 'x'), 'x')
    const signal = AbortSignal.abort(new Error('enough'))
    await rejectsWith(itemsOf(platform.objects.list(folder, { signal })), 'enough')
    await rejectsWith(itemsOf(platform.objects.read(uriBelow(folder, 'x'), { signal })), 'enough')
  },
}
