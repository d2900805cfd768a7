import { expect, test } from 'vitest'
import { project } from '@simple-sagemaker/core'
import { failureOf } from '../flows/flow.ts'
import { platformChecks } from '@simple-sagemaker/core/testing'
import { checks } from '../../examples/03-own-platform/checks.ts'
import { memoryPlatform } from '../../examples/03-own-platform/memory-platform.ts'
import { projectFile } from '../house/rules/files.ts'
import { snippetsOf } from '../house/rules/snippets.ts'
import { register } from './contract.ts'

register('the platform of the guide', checks)

test('a task that stores nothing runs on the platform of the guide', async () => {
  await using platform = memoryPlatform()
  const result = await project('ex', { platform }).task('greet').shell('echo hello').run()
  const lines: string[] = []
  for await (const { text } of result.logs()) lines.push(text)
  expect(lines).toEqual(['hello'])
})

test('hints name no command that cannot reach the platform of a job', async () => {
  await using platform = memoryPlatform()
  const failure = await failureOf(project('ex', { platform }).task('broken').shell('exit 3').run())
  expect(failure.code).toBe('JOB_FAILED')
  expect(failure.hint).toContain('tailLog')
  expect(failure.hint).not.toContain('ssm ')
})

test('the guide shows the files of its example as they are', () => {
  const { files } = snippetsOf(projectFile('docs/guides/platforms.md') ?? { path: '', text: '' })
  expect(Object.keys(files)).toEqual(['memory-platform.ts', 'memory-objects.ts', 'checks.ts', 'main.ts'])
  for (const [name, text] of Object.entries(files)) {
    const shown = text.trim().replace(`// ${name}\n`, '')
    expect(shown).toBe(projectFile(`examples/03-own-platform/${name}`)?.text.trim())
  }
})

test('an exception for a check that does not exist is refused', () => {
  expect(() => platformChecks({ open: async () => memoryPlatform(), skip: { 'a chekc': 'no reason' } })).toThrow('a chekc')
})

test('every check has a name of its own, and fails on a store that lists nothing', async () => {
  const broken = { ...memoryPlatform(), objects: { ...memoryPlatform().objects, list: async function* () {} } }
  const all = platformChecks({ open: async () => broken, topics: ['objects'] })
  expect(new Set(all.map(({ name }) => name)).size).toBe(all.length)
  const ends = await Promise.allSettled(
    all.filter(({ name }) => /listing takes|longer than a page|kept apart/.test(name)).map(({ run }) => run()),
  )
  expect(ends.map(({ status }) => status)).not.toContain('fulfilled')
})
