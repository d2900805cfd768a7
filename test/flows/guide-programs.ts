import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { projectFile } from '../house/rules/files.ts'
import { snippetsOf } from '../house/rules/snippets.ts'
import { sandbox, repository } from './flow.ts'

/** Runs the program of a page of `docs`, with the files that the page shows, in a folder of its own. What must hold stands in its hidden lines. */
export async function runPage(name: string): Promise<void> {
  await using place = sandbox()
  const page = projectFile(`docs/${name}.md`)
  const { program, files } = snippetsOf(page ?? { path: '', text: '' })
  for (const [path, text] of Object.entries(files)) place.file(path, text.trimStart())
  symlinkSync(join(repository, 'test/node_modules'), join(place.folder, 'node_modules'))
  const running = place.start(place.file('program.ts', program))
  expect(await running.ended).toMatchObject({ end: 0 })
  expect(await place.leftovers()).toEqual([])
}
