import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { shell, ssmInProcess, task } from './support/in-process.ts'
import { workFolder } from './support/ssm.ts'

const run = (...more: readonly string[]): readonly string[] => ['run', ...task, '-e', 'w.py', ...more]

/** What a flag of a path is given, the line for it, its exit code, and what the message has. */
const rows: readonly (readonly [string, (path: string) => readonly string[], number])[] = [
  ['--prices', (path) => run(`--prices=${path}`), 2],
  ['--packages', (path) => run(`--packages=${path}`), 5],
  ['--entry_point', (path) => ['run', ...task, '-e', path], 5],
  ['--source_dir', (path) => run('-s', path), 5],
  ['--dependencies', (path) => run('-d', path), 5],
  ['--input_path', (path) => run('-i', path), 5],
  ['--input', (path) => run('--input', 'one', path), 5],
  ['--model_uri', (path) => run('--model_uri', path), 5],
  ['--df', (path) => run('--df', path), 5],
  ['--dir_files', (path) => shell('true', '--dir_files', path), 5],
  ['--code', (path) => ['process', ...task, '--code', path], 5],
]

test.each(rows)(
  '%s with a path where there is nothing is refused with the path, before anything starts',
  async (_, line, code) => {
    await using folder = await workFolder()
    writeFileSync(join(folder.path, 'w.py'), '')
    const path = 'nowhere/requirements.txt'
    const ended = await ssmInProcess(folder.path, line(path))
    expect(ended.stderr).toContain(path)
    expect(ended.stderr).not.toContain('job t-')
    expect(ended.code).toBe(code)
  },
)

const prices = JSON.stringify({ asOf: '2026-03-01', usdPerHour: { 'ml.m5.large': 0.115 } })

test('a file of prices that is none is refused before a run, a search, a plan and a list', { timeout: 60_000 }, async () => {
  await using folder = await workFolder()
  const place = (name: string): string => join(folder.path, name)
  writeFileSync(place('good.json'), prices)
  writeFileSync(place('empty.json'), '')
  writeFileSync(place('text.json'), 'prices')
  writeFileSync(place('list.json'), '[]')
  mkdirSync(place('folder'))
  expect((await ssmInProcess(folder.path, shell('true', '--prices=good.json'))).code).toBe(0)
  const searched = ['--md', 'loss', 'loss=(.*)', '--search', 'lr', 'int', '1', '2', '--minimize', 'loss', '--trials', '1']
  const lines = [
    shell('true'),
    ['plan', ...shell('true')],
    ['why', ...shell('true')],
    ['search', ...shell('echo loss=1'), ...searched],
    ['ps', '-p', 'ex'],
    ['report', '-p', 'ex'],
  ]
  for (const line of lines) {
    const { code, stdout, stderr } = await ssmInProcess(folder.path, [...line, '--prices=missing.json'])
    expect(`${line[0]}: ${stderr}`).toContain(`The file of prices ${place('missing.json')} does not exist`)
    expect([stdout, code]).toEqual(['', 2])
  }
  for (const [name, why, code] of [
    ['empty.json', 'is not valid JSON', 2],
    ['text.json', 'is not valid JSON', 2],
    ['list.json', 'has no object usdPerHour', 2],
    ['folder', 'it is a folder, not a file', 4],
  ] as const) {
    const ended = await ssmInProcess(folder.path, shell('true', '--fr', `--prices=${name}`))
    expect(ended.stderr).toMatch(new RegExp(`${place(name)}.*${why}`))
    expect(ended.code).toBe(code)
  }
})
