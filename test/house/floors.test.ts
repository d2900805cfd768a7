import { expect, test } from 'vitest'
import { isCoreSource, isSource, projectFiles } from './rules/files.ts'
import { cliLayerProblems, importCircles, packageProblems, layerProblems } from './rules/floors.ts'

const core = projectFiles(isCoreSource)
const others = projectFiles((path) => isSource(path) && !isCoreSource(path))

test('every file of core imports from its own folder and from lower layers', () => {
  expect(core.length).toBeGreaterThan(20)
  expect(core.flatMap(layerProblems)).toEqual([])
})

test('the worker toolkit depends on nothing, and the command line on core alone', () => {
  expect(others.flatMap(packageProblems)).toEqual([])
})

test('every file of the command line imports from its own folder and from lower layers', () => {
  const cli = others.filter(({ path }) => path.startsWith('packages/cli/src/'))
  expect(cli.length).toBeGreaterThan(20)
  expect(cli.flatMap(cliLayerProblems)).toEqual([])
})

test('no file of any package imports itself by a detour, not even for a type or lazily', () => {
  // A type that both sides need goes into a file below them.
  expect(importCircles([...core, ...others])).toEqual([])
})

test('the rule sees a higher layer of the command line, a folder that is no layer, and a circle', () => {
  const inCli = (path: string, from: string): readonly string[] =>
    cliLayerProblems({ path: `packages/cli/src/${path}`, text: `import type { A } from '${from}'` })
  expect(inCli('grammar/a.ts', '../settings/b.ts')).toHaveLength(1)
  expect(inCli('render/a.ts', '../commands/run.ts')).toHaveLength(1)
  expect(inCli('task/a.ts', '../app.ts')).toHaveLength(1)
  expect(inCli('task/a.ts', '../attic/a.ts')).toHaveLength(1)
  expect(inCli('commands/run/a.ts', '../../render/b.ts')).toEqual([])
  expect(inCli('app.ts', './commands/run.ts')).toEqual([])
  const file = (path: string, from: string): { readonly path: string; readonly text: string } => ({
    path: `packages/cli/src/${path}.ts`,
    text: `import type { A } from './${from}.ts'`,
  })
  expect(importCircles([file('a', 'b'), file('b', 'c'), file('c', 'a')])).toHaveLength(1)
  expect(importCircles([file('a', 'b'), file('b', 'c'), file('c', 'd')])).toEqual([])
})

const inCore = (path: string, text: string): readonly string[] => layerProblems({ path: `packages/core/src/${path}`, text })

test.each([
  ['names/a.ts', "import { b } from '../spec/b.ts'"],
  ['names/a.ts', "import type { B } from '../spec/b.ts'"],
  ['names/a.ts', "export { b } from '../spec/b.ts'"],
  ['names/a.ts', "const b = await import('../spec/b.ts')"],
  ['names/a.ts', "type B = import('../spec/b.ts').B"],
  ['names/a.ts', "import { b } from '../unknown/b.ts'"],
  ['names/a.ts', "import { b } from '../lang/b'"],
  ['names/a.ts', "import { b } from '../index.ts'"],
  ['spec/a.ts', "import { b } from '../platform/b.ts'"],
  ['local/a.ts', "import { b } from '../aws/b.ts'"],
  ['local/deep/a.ts', "import { b } from '../../request/b.ts'"],
  ['aws/a.ts', "import { b } from '../events/b.ts'"],
  ['run/a.ts', "import { b } from '../local/b.ts'"],
  ['project/platforms.ts', "import { local } from '../local/index.ts'"],
  ['index.ts', "export { local } from './local/index.ts'"],
  ['run/a.ts', "import { S3Client } from '@aws-sdk/client-s3'"],
  ['run/a.ts', "import fs from 'node:fs'"],
  ['run/a.ts', "import { readFile } from 'fs/promises'"],
  ['aws/jobs.ts', "import { spawn } from 'node:child_process'"],
  ['aws/images/images.ts', "const { execa } = await import('execa')"],
  ['run/a.ts', "const { execa } = await import('execa')"],
  ['names/a.ts', "import { paths } from '@simple-sagemaker/worker-toolkit/contract'"],
  ['run/a.ts', "import { worker } from '@simple-sagemaker/worker-toolkit'"],
  ['run/a.ts', "import { asJson } from '@simple-sagemaker/worker-toolkit/functions'"],
  ['run/a.ts', "import { worker } from '../../../worker-toolkit/src/index.ts'"],
])('a forbidden import is seen: %s says %s', (path, text) => {
  expect(inCore(path, text)).toHaveLength(1)
})

test.each([
  ['spec/a.ts', "import { b } from '../names/b.ts'\nimport { c } from './c.ts'"],
  ['spec/a.ts', "import type { B } from '../platform/b.ts'"],
  ['platform/a.ts', "import { type B } from '../spec/b.ts'"],
  ['aws/s3/a.ts', "import { S3Client } from '@aws-sdk/client-s3'\nimport { b } from '../clients.ts'"],
  ['request/a.ts', "import type { CreateTrainingJobCommandInput } from '@aws-sdk/client-sagemaker'"],
  ['request/a.ts', "import { paths } from '@simple-sagemaker/worker-toolkit/contract'"],
  ['local/a.ts', "import { spawn } from 'node:child_process'\nimport fs from 'node:fs'"],
  ['containers/call.ts', "const { execa } = await import('execa')"],
  ['project/functions/a.ts', "import { asJson } from '@simple-sagemaker/worker-toolkit/functions'"],
  ['aws/images/images.ts', "import { buildImage } from '../../containers/build.ts'"],
  ['project/platforms.ts', "const { local } = await import('../local/index.ts')"],
  ['index.ts', "export { project } from './project/project.ts'\nexport type { LocalOptions } from './local/index.ts'"],
])('an allowed import passes: %s says %s', (path, text) => {
  expect(inCore(path, text)).toEqual([])
})

test('the rule sees a package that reaches into another', () => {
  const from = (path: string, name: string): readonly string[] => packageProblems({ path, text: `import { a } from '${name}'` })
  expect(from('packages/worker-toolkit/src/worker.ts', '@simple-sagemaker/core')).toHaveLength(1)
  expect(from('packages/worker-toolkit/src/worker.ts', 'execa')).toHaveLength(1)
  expect(from('packages/cli/src/app.ts', '../../core/src/index.ts')).toHaveLength(1)
  expect(from('packages/cli/src/commands/run.ts', '../app.ts')).toEqual([])
  expect(from('packages/cli/src/app.ts', '@simple-sagemaker/core/options')).toEqual([])
})
