import { posix } from 'node:path'
import { expect, test } from 'vitest'
import { entriesOf } from './rules/api.ts'
import { projectFile } from './rules/files.ts'

interface Manifest {
  readonly version: string
  readonly scripts?: unknown
  readonly exports: Readonly<Record<string, unknown>>
  readonly typesVersions?: { readonly '*': Readonly<Record<string, readonly string[]>> }
  readonly repository: { readonly url: string; readonly directory: string }
  readonly publishConfig: unknown
}

const folders = ['packages/worker-toolkit', 'packages/core', 'packages/cli']
const manifestOf = (folder: string): Manifest => JSON.parse(projectFile(`${folder}/package.json`)?.text ?? '{}') as Manifest

test.each(folders.slice(0, 2))(
  'every entry of %s is there for import, for require, for older compilers and for the sources',
  (folder) => {
    const { exports, typesVersions } = manifestOf(folder)
    for (const { name, source } of entriesOf(folder)) {
      const [, , subpath] = /^(@[^/]+\/[^/]+)\/?(.*)$/.exec(name) ?? []
      const module = subpath === '' ? 'index' : subpath
      const types = posix.relative(`${folder}/src`, source).replace(/\.ts$/, '.d.ts')
      expect(exports[subpath === '' ? '.' : `./${subpath}`]).toEqual({
        'ssm-source': `./${posix.relative(folder, source)}`,
        import: { types: `./dist/types/${types}`, default: `./dist/${module}.js` },
        require: { types: `./dist/cjs/types/${types}`, default: `./dist/cjs/${module}.js` },
      })
      expect(subpath === '' ? [`./dist/cjs/types/${types}`] : typesVersions?.['*'][subpath ?? '']).toEqual([
        `./dist/cjs/types/${types}`,
      ])
    }
  },
)

test('the packages have one version, one repository, and nothing that runs when they are installed', () => {
  const manifests = folders.map(manifestOf)
  expect(
    new Set(manifests.map(({ version, repository, publishConfig }) => JSON.stringify([version, repository.url, publishConfig])))
      .size,
  ).toBe(1)
  expect(manifests.map(({ repository }) => repository.directory)).toEqual(folders)
  // Run by whoever packs, never by whoever installs from a registry.
  const onlyPacking = { prepack: 'node ../../scripts/prepack.mjs' }
  expect(manifests.map(({ scripts }) => scripts)).toEqual([onlyPacking, onlyPacking, onlyPacking])
  const fixed = JSON.parse(projectFile('.changeset/config.json')?.text ?? '{}') as {
    readonly fixed: readonly (readonly string[])[]
  }
  expect(fixed.fixed[0]?.toSorted()).toEqual(folders.map((folder) => folder.replace('packages', '@simple-sagemaker')).toSorted())
})

test('the types of printEvents() are the same for both module systems', () => {
  expect(projectFile('packages/cli/print.d.cts')?.text).toBe(projectFile('packages/cli/print.d.ts')?.text)
})

// What only the library itself imports.
const internal = ['@simple-sagemaker/worker-toolkit/functions']

test('every module that programs can import is in the API reference, by the name that they import', () => {
  const { entryPoints } = JSON.parse(projectFile('typedoc.json')?.text ?? '') as { readonly entryPoints: readonly string[] }
  const missing = folders
    .flatMap(entriesOf)
    .filter(({ name }) => !internal.includes(name))
    .filter(
      ({ name, source }) => !entryPoints.includes(source) || projectFile(source)?.text.includes(` * @module ${name}\n`) !== true,
    )
  expect(missing).toEqual([])
})
