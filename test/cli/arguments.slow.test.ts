import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { lacking } from '../support/prerequisites.ts'
import { ssm, workFolder } from './support/ssm.ts'

// What a program of a job sees, byte by byte.
const show = 'import os, sys, json\nprint(json.dumps([os.fsencode(each).hex() for each in sys.argv[1:]]))\n'

const argument = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    '--',
    '-',
    '-x',
    '--key=value',
    '$HOME',
    '`id`',
    '$(id)',
    "it's",
    '"',
    '\\',
    '\\n',
    'a\nb',
    '\r',
    '*',
    '~',
    '{a,b}',
    '!!',
    '%s',
    'é',
    '日本',
    '🙂',
    '\u0001',
    'a\tb',
    '&&',
    ';',
    '|',
    '>x',
    '#',
    '\u202e',
  ),
  fc.string({ maxLength: 20 }).map((text) => text.replaceAll('\0', '')),
  fc.string({ unit: 'binary', maxLength: 10 }).map((text) => text.replaceAll('\0', '')),
)
const name = fc.stringMatching(/^[a-z][a-z0-9_.-]{4,12}$/).map((text) => `zz-${text}`)
const line = fc.record({
  rest: fc.array(argument, { maxLength: 12 }),
  pairs: fc.uniqueArray(fc.tuple(name, argument), { selector: ([key]) => key, maxLength: 6 }),
})

const runs = 4

test.skipIf(lacking('python3')).each(['run', 'shell'] as const)(
  'not one byte of an argument is lost between ssm %s and its program',
  async (command) => {
    await using folder = await workFolder()
    mkdirSync(join(folder.path, 'files'))
    writeFileSync(join(folder.path, 'files/show.py'), show)
    const program =
      command === 'run' ? ['-s', 'files', '-e', 'show.py'] : ['--dir_files', 'files', '--cmd_line', 'python3 show.py "$@"']
    let number = 0
    await fc.assert(
      fc.asyncProperty(line, async ({ rest, pairs }) => {
        const task = `t${++number}`
        const hyperparameters = pairs.flatMap(([key, value]) =>
          value.startsWith('-') ? [`--${key}=${value}`] : [`--${key}`, value],
        )
        const argv = [command, '-p', 'ex', '-t', task, ...program, ...hyperparameters, '--', ...rest]
        const { stdout, stderr, code } = await ssm(argv, { cwd: folder.path, env: { SSM_PLATFORM: 'local' } })
        expect({ code, stderr }).toMatchObject({ code: 0 })
        const expected = [...rest, ...pairs.flatMap(([key, value]) => [`--${key}`, value])]
        expect(JSON.parse(stdout)).toEqual(expected.map((text) => Buffer.from(text, 'utf8').toString('hex')))
      }),
      { numRuns: runs, endOnFailure: true },
    )
  },
  120_000,
)
