import { chmod, mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryDirectory } from '../files/temporary.ts'
import { stepReader, type ImageStep } from './build.ts'
import { contentTag, packContext, readImageSource } from './source.ts'

test('a Dockerfile is taken as text, as a file and as a folder, and its context follows its .dockerignore', async () => {
  await using folder = await temporaryDirectory()
  const at = (path: string): string => join(folder.path, path)
  await mkdir(at('src/deep'), { recursive: true })
  await writeFile(at('Dockerfile'), 'FROM __BASE_IMAGE__\nCOPY src /src\n')
  await writeFile(at('.dockerignore'), '**/*.log\nsrc/deep\n!src/deep/kept\n')
  for (const name of ['src/a.py', 'src/b.log', 'src/deep/kept', 'src/deep/gone']) await writeFile(at(name), name)
  await symlink(at('src/a.py'), at('src/link.py'))
  expect((await readImageSource('RUN true')).files).toEqual([])
  const source = await readImageSource(folder.path)
  expect(source.text).toContain('COPY src')
  expect(source.files.map(({ path }) => path)).toEqual(['src/a.py', 'src/deep/kept', 'src/link.py'])
  expect(await readImageSource(at('Dockerfile'))).toEqual(source)
  await writeFile(at('Dockerfile'), 'RUN true\n')
  expect((await readImageSource(folder.path)).files).toEqual([])
  for (const gone of [at('none'), at('src')]) await expect(readImageSource(gone)).rejects.toMatchObject({ code: 'CODE_MISSING' })
})

test('the tag changes with the base, the text, and content, name and rights of what is copied, and with nothing else', async () => {
  await using one = await temporaryDirectory()
  await using other = await temporaryDirectory()
  for (const { path } of [one, other]) {
    await writeFile(join(path, 'Dockerfile'), 'COPY a /a')
    await writeFile(join(path, 'a'), 'x')
  }
  const tag = async (path: string, base = 'base@1'): Promise<string> => contentTag(await readImageSource(path), base)
  const first = await tag(one.path)
  expect(first).toMatch(/^ssm-[0-9a-f]{40}$/)
  expect(await tag(other.path)).toBe(first)
  expect(await tag(one.path, 'base@2')).not.toBe(first)
  await chmod(join(other.path, 'a'), 0o755)
  expect(await tag(other.path)).not.toBe(first)
  await chmod(join(other.path, 'a'), 0o644)
  await writeFile(join(other.path, 'Dockerfile'), 'COPY a /b')
  expect(await tag(other.path)).not.toBe(first)
})

test('a file that changes while the image is prepared is an error, not another image', async () => {
  await using folder = await temporaryDirectory()
  await writeFile(join(folder.path, 'Dockerfile'), 'COPY a /a')
  await writeFile(join(folder.path, 'a'), 'x')
  const source = await readImageSource(folder.path)
  await writeFile(join(folder.path, 'a'), 'y')
  const target = join(folder.path, 'context.tar.gz')
  await expect(packContext(source, source.text, target)).rejects.toMatchObject({ code: 'CODE_MISSING' })
  await rm(target, { force: true })
  await expect(packContext(await readImageSource(folder.path), source.text, target)).resolves.toMatchObject({ files: [{}, {}] })
})

test('the steps of a build are counted as each engine prints them', () => {
  const counted = (line: string): ImageStep | undefined => {
    let seen: ImageStep | undefined
    stepReader('build', (step) => (seen = step))(line)
    return seen
  }
  for (const line of ['STEP 3/5: RUN x', 'Step 3/5 : RUN x', '#7 [3/5] RUN x', '#12 [stage-1 3/5] RUN x'])
    expect(counted(line)).toEqual({ step: 'build', line, done: 2, of: 5 })
  expect(counted('Collecting numpy')).toEqual({ step: 'build', line: 'Collecting numpy' })
  expect(counted('  ')).toBeUndefined()
})
