import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { projectFile } from '../house/rules/files.ts'
import { snippetsOf } from '../house/rules/snippets.ts'
import { lacking } from '../support/prerequisites.ts'
import { sandbox, repository, timeout } from './flow.ts'

// A page's program, with the files the page shows, in a folder of its own. What must hold stands in its hidden lines.
test
  .skipIf(lacking('python3', 'bash'))
  .each([
    'getting-started',
    'guides/tasks',
    'guides/services',
    'guides/from-python',
    'guides/retries',
    'guides/search',
    'guides/functions',
    'guides/rehearsal',
  ])('the page docs/%s.md does what it says', { timeout: timeout * 2 }, async (name) => {
  await using place = sandbox()
  const page = projectFile(`docs/${name}.md`)
  const { program, files } = snippetsOf(page ?? { path: '', text: '' })
  for (const [path, text] of Object.entries(files)) place.file(path, text.trimStart())
  symlinkSync(join(repository, 'test/node_modules'), join(place.folder, 'node_modules'))
  const running = place.start(place.file('program.ts', program))
  expect(await running.ended).toMatchObject({ end: 0 })
  expect(await place.leftovers()).toEqual([])
})
