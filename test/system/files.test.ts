import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { lacking } from '../support/prerequisites.ts'
import { sandbox } from './sandbox.ts'

const timeout = 60_000
const odd = [
  '--help',
  '-rf',
  'two words.txt',
  'naïve café.txt',
  '日本語/ファイル.txt',
  "it's.txt",
  'a"b$c*.txt',
  'line\nbreak.txt',
  '.dotted',
  'ends.',
]

// Printed as JSON, so that no name can be misread.
const list = `
import json, os
for root in ['.', os.environ['SM_CHANNEL_DATA']]:
    found = {}
    for folder, _, names in os.walk(root):
        for name in names:
            path = os.path.join(folder, name)
            with open(path) as file: found[os.path.relpath(path, root)] = file.read()
    print(json.dumps(found))
`

test.skipIf(lacking('python3') ?? (process.platform === 'win32' ? 'such names are not possible here' : undefined))(
  'files with any name arrive on the machine as code and as input, and what links lead to arrives as files',
  { timeout },
  async () => {
    await using place = sandbox()
    for (const folder of ['code', 'input']) {
      for (const name of odd) place.file(`${folder}/${name}`, `this is ${name}`)
      place.file(`${folder}/real/file.txt`, 'linked')
      symlinkSync('real/file.txt', join(place.folder, folder, 'link.txt'))
    }
    place.file('code/list.py', list)
    const result = await place
      .project('odd')
      .task('t')
      .code('list.py', { sourceDir: join(place.folder, 'code') })
      .input.local(join(place.folder, 'input'))
      .envVariable('LC_ALL', 'C.UTF-8')
      .run()
    const lines: string[] = []
    for await (const { text } of result.logs()) lines.push(text)
    const [code, input] = lines.map((line) => JSON.parse(line) as Record<string, string>)
    const expected = {
      ...Object.fromEntries(odd.map((name) => [name, `this is ${name}`])),
      'link.txt': 'linked',
      'real/file.txt': 'linked',
    }
    expect(code).toMatchObject(expected)
    expect(input).toEqual(expected)
  },
)
