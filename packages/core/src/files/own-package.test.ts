import { mkdir, realpath, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { corePackage, packageFolder, toolkitPackage } from './own-package.ts'
import { temporaryDirectory } from './temporary.ts'

async function packageAt(folder: string, manifest: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'package.json'), manifest)
}

test('core and its worker toolkit are found from the sources', () => {
  expect(corePackage()).toMatch(/packages\/core$/)
  expect(toolkitPackage()).toMatch(/packages\/worker-toolkit$/)
})

test('a package is found from inside it, past folders with a package.json that is another, empty or no JSON', async () => {
  await using scratch = await temporaryDirectory()
  await packageAt(scratch.path, '{"name":"@x/y"}')
  await packageAt(join(scratch.path, 'a'), '{"name":"other"}')
  await packageAt(join(scratch.path, 'a/b'), '')
  await packageAt(join(scratch.path, 'a/b/c'), 'null')
  expect(packageFolder('@x/y', [join(scratch.path, 'a/b/c')])).toBe(scratch.path)
})

test('a package is found where it is installed for a place, by its real path', async () => {
  await using scratch = await temporaryDirectory()
  await packageAt(join(scratch.path, 'store/y'), '{"name":"@x/y"}')
  await mkdir(join(scratch.path, 'app/node_modules/@x'), { recursive: true })
  await mkdir(join(scratch.path, 'app/dist'))
  await symlink('../../../store/y', join(scratch.path, 'app/node_modules/@x/y'))
  expect(packageFolder('@x/y', ['/', join(scratch.path, 'app/dist')])).toBe(await realpath(join(scratch.path, 'store/y')))
})

test('a package that is nowhere is an error that says what bundlers need', async () => {
  await using scratch = await temporaryDirectory()
  expect(() => packageFolder('@x/y', [scratch.path])).toThrow(
    expect.objectContaining({
      code: 'PACKAGE_MISSING',
      hint: expect.stringContaining('external'),
      facts: { package: '@x/y', places: [scratch.path] },
    }),
  )
})
