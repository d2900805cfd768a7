import { expect, test } from 'vitest'
import type { TaskOptionName } from '../../packages/core/src/options/task-options.ts'
import { isCoreSource, projectFile, projectFiles } from './rules/files.ts'

// What docs/architecture.md says under "How to add an option".
const places =
  /^packages\/core\/src\/(options\/(access|compute|image|parameters)|spec\/task-spec|project\/spec-of|request\/(training|processing|environment|arguments|launch-settings)|project\/grammar\/tasks)\.ts$/

const sources = projectFiles(isCoreSource)
const cliSources = projectFiles((path) => path.startsWith('packages/cli/src/') && path.endsWith('.ts'))
// Options that go straight to one field of the request, under names that mean nothing else in the sources. Of those that cannot always
// be had, as `volumeSizeGiB`, a warning knows as well.
const plain = ['encryptTraffic', 'networkIsolation', 'securityGroups'] satisfies readonly TaskOptionName[]

test.each(plain)('the option %s is known in the places of the page alone', (name) => {
  const mentions = sources.filter(({ text }) => new RegExp(`\\b${name}\\b`).test(code(text))).map(({ path }) => path)
  expect(mentions.filter((path) => !places.test(path) && !path.endsWith('options/check.ts'))).toEqual([])
})

test.each(plain)('the command line takes the option %s from the record alone', (name) => {
  const mentions = cliSources.filter(({ text }) => new RegExp(`\\b${name}\\b`).test(code(text)))
  expect(mentions.map(({ path }) => path)).toEqual([])
})

test('a new option changes at most five files, and the page lists them', () => {
  const page = projectFile('docs/architecture.md')?.text ?? ''
  const section = page.split('## How to add an option')[1] ?? ''
  for (const place of ['options/{', 'task-spec.ts', 'spec-of.ts', 'request/{training,processing}.ts', 'grammar/tasks.ts'])
    expect(section).toContain(place)
  const mentions = sources.filter(({ text }) => /\bencryptTraffic\b/.test(code(text)))
  expect(mentions.length).toBeLessThanOrEqual(5)
})

const code = (text: string): string => text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, '')
