import { execFileSync } from 'node:child_process'
import { chmodSync, lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { archiveOf } from '../test/archive.ts'
import { Machine, quickPath, shells, whereIs } from '../test/machine.ts'
import { lacking } from '../../../test/support/prerequisites.ts'
import type { ArchiveEntry } from '../test/archive.ts'

const channel = '/opt/ml/input/data/m'
const refusal = /was not unpacked: it holds a device, a link or a name that leads out/
// GNU tar strips `..` from hard links even when it lists them; what they name then is not there.
const anyRefusal = /was not unpacked|could not be unpacked/

/** The tar programs an image may have. */
const tars = [
  { name: 'GNU tar', program: 'tar' },
  { name: 'busybox tar', program: 'busybox' },
  { name: 'bsdtar', program: 'bsdtar' },
].map((tar) => ({ ...tar, here: lacking(tar.program) === undefined }))

/** A machine with these archives in a channel, something beside the channel that is nobody's to change, and one tar program. */
function machineWith(archives: readonly (readonly ArchiveEntry[])[], tar: string): { machine: Machine; path: string } {
  const machine = new Machine({ run: 'line', argv: ['true'], settings: `ssm_unpack='${channel}'` })
  machine.put(`${channel}/own.txt`, 'own')
  machine.put('/outside/file', 'outside')
  for (const [at, entries] of archives.entries()) machine.put(`${channel}/${at}.tar.gz`, archiveOf(entries))
  const folder = join(machine.root, 'tar')
  mkdirSync(folder)
  symlinkSync(whereIs(tar), join(folder, 'tar'))
  return { machine, path: `${folder}:${quickPath}` }
}

/** Everything below a folder: path to content, target of a link, or type. */
function contents(folder: string, leaveOut: readonly string[] = [], at = ''): Readonly<Record<string, string>> {
  const found = readdirSync(join(folder, at)).flatMap((name): readonly (readonly [string, string])[] => {
    const path = at === '' ? name : `${at}/${name}`
    if (leaveOut.includes(path)) return []
    const stats = lstatSync(join(folder, path))
    if (stats.isDirectory()) return [[path, 'folder'], ...Object.entries(contents(folder, leaveOut, path))]
    if (stats.isFile()) return [[path, `file ${stats.mode.toString(8)} ${readFileSync(join(folder, path), 'latin1')}`]]
    if (stats.isSymbolicLink()) return [[path, `link ${readlinkSync(join(folder, path))}`]]
    return [[path, 'special']]
  })
  return Object.fromEntries(found)
}

/** All of the machine but what the launcher is there to make. */
const around = (machine: Machine): Readonly<Record<string, string>> =>
  contents(machine.root, ['opt/ml/input/data/m', 'opt/ml/.ssm-launch', 'opt/ml/code', 'opt/ml/output', 'opt/ml/model', 'state'])

const file = (name: string, content = ''): ArchiveEntry => ({ name, type: 'file', content })
const link = (name: string, to: string): ArchiveEntry => ({ name, type: 'symbolicLink', link: to })

const part = fc.constantFrom('a', 'b', 'c', '..', '.', 'a b', 'outside', '-r', '*')
const name = fc.oneof(
  { weight: 4, arbitrary: fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/')) },
  { weight: 1, arbitrary: fc.constantFrom('@/outside/file', '@/outside/new', '../../../../../outside/new', 'a\n-rw', 'a -> b') },
)
const entry: fc.Arbitrary<ArchiveEntry> = fc.record(
  {
    name,
    type: fc.constantFrom('file', 'file', 'folder', 'symbolicLink', 'symbolicLink', 'hardLink', 'fifo', 'device'),
    link: fc.oneof(name, fc.constantFrom('@/outside', '../../../../../outside', '@/outside/file')),
    content: fc.constantFrom('', 'changed'),
    owner: fc.constantFrom('', 'x y', 'x\n-rw-r--r-- 0/0 0 1970-01-01 00:00 a'),
  },
  { requiredKeys: ['name', 'type'] },
)

/** `@` stands for the machine's root, which is known later. */
const placed = (entries: readonly ArchiveEntry[], root: string): readonly ArchiveEntry[] =>
  entries.map((item) => ({
    ...item,
    name: item.name.replace(/^@/, root),
    ...(item.link === undefined ? {} : { link: item.link.replace(/^@/, root) }),
  }))

const leadsOut = (path: string): boolean => path.startsWith('/') || path.split('/').includes('..')

describe.each(tars)('archives of a channel, unpacked with $name', ({ program, here }) => {
  const on = here ? test : test.skip

  on('nothing outside the channel changes, whatever one to three archives hold', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(entry, { maxLength: 5 }), { minLength: 1, maxLength: 3 }), async (archives) => {
        const { machine, path } = machineWith([], program)
        for (const [at, entries] of archives.entries()) {
          machine.put(`${channel}/${at}.tar.gz`, archiveOf(placed(entries, machine.root)))
        }
        const before = around(machine)
        const ended = await machine.run(['sh'], { PATH: path })
        expect(around(machine)).toEqual(before)
        const after = contents(machine.root + channel)
        expect(Object.values(after)).not.toContain('special')
        expect(Object.keys(after).filter((at) => at.startsWith('.ssm'))).toEqual([])
        for (const [at, text] of Object.entries(after))
          if (text.startsWith('link ')) expect(leadsOut(normalize(join(dirname(at), text.slice(5))))).toBe(false)
        expect(Object.keys(after).filter((at) => at.includes('\n'))).toEqual([])
        expect([0, 1]).toContain(ended.code)
      }),
      {
        numRuns: 15,
        examples: [
          [[[link('x', '@/outside')], [file('x/new', 'changed')]]],
          [[[link('x', '@/outside'), file('x/new', 'changed')]]],
          [[[link('x', '../../../../../outside'), file('x/file', 'changed')]]],
          [[[{ name: 'h', type: 'hardLink', link: '@/outside/file' }, file('h', 'changed')]]],
          [[[link('x', 'y')], [link('y', '@/outside')], [file('x/new', 'changed')]]],
          [[[file('@/outside/file', 'changed')]]],
          [[[file('a/../../../../../../outside/file', 'changed')]]],
          [[[link('s', '.'), link('s/up', '../outside'), file('s/up/file', 'changed')]]],
          [[[link('a/b', '../..'), file('a/b/new', 'changed')]]],
          [[[link('a', 'b'), link('b/up', '../c')], [link('c', '.')]]],
          [[[link('d/up', '../d/up/../..')]]],
        ],
      },
    )
  })

  const hostile: readonly ArchiveEntry[] = [
    link('x', '/etc'),
    link('x', '../x'),
    link('x', 'a/..'),
    link('a/x', '../../y'),
    link('a/x', '.././../y'),
    file('line\nbreak'),
    file('line\n-rw-r--r-- 0/0 0 1970-01-01 00:00 a'),
    { name: 'h', type: 'hardLink', link: 'a/../../x' },
    { name: 'p', type: 'fifo' },
    { name: 'd', type: 'device' },
  ]
  on.each(hostile)('refuses a $type $name to $link, and keeps nothing of its archive', async (bad) => {
    const { machine, path } = machineWith([[file('good', '1'), bad, file('after', '2')]], program)
    const ended = await machine.run(['sh'], { PATH: path })
    expect([ended.code, machine.failure()]).toEqual([1, expect.stringMatching(bad.type === 'hardLink' ? anyRefusal : refusal)])
    expect(Object.keys(contents(machine.root + channel)).sort()).toEqual(['0.tar.gz', 'own.txt'])
  })

  on('merges the folders of several archives, the later file wins, links that stay inside stay', async () => {
    const archives = [
      [file('deep/one', '1'), file('deep/both', 'first'), file('own.txt', 'replaced'), file('.hidden', 'h'), file('..dots', 'd')],
      [file('deep/both', 'second'), file('deep/more/two', '2'), link('last', 'deep/both'), file('-n', 'dash')],
      [link('deep/one', 'both'), { name: 'empty', type: 'folder' } as const, file('last', 'no link any more')],
    ]
    const { machine, path } = machineWith(archives, program)
    expect((await machine.run(['sh'], { PATH: path, TAR_OPTIONS: '--absolute-names --keep-old-files' })).code).toBe(0)
    const after = contents(machine.root + channel, ['0.tar.gz', '1.tar.gz', '2.tar.gz'])
    expect(after).toEqual({
      '-n': 'file 100644 dash',
      '..dots': 'file 100644 d',
      '.hidden': 'file 100644 h',
      deep: 'folder',
      'deep/both': 'file 100644 second',
      'deep/more': 'folder',
      'deep/more/two': 'file 100644 2',
      'deep/one': 'link both',
      empty: 'folder',
      last: 'file 100644 no link any more',
      'own.txt': 'file 100644 replaced',
    })
  })

  on('a link that goes up and stays inside arrives, and nothing arrives that would run in somebody else’s name', async () => {
    const { machine, path } = machineWith(
      [[file('real', 'r'), link('dd/up', '../real'), link('dd/ee/far', '../../real')]],
      program,
    )
    const made = join(machine.root, 'made')
    mkdirSync(made)
    for (const [at, mode] of [
      ['suid', 0o6755],
      ['plain', 0o755],
    ] as const) {
      writeFileSync(join(made, at), at)
      chmodSync(join(made, at), mode)
    }
    execFileSync('tar', ['-czf', `${machine.root}${channel}/1.tar.gz`, '-C', made, '.'])
    expect([(await machine.run(['sh'], { PATH: path })).code, machine.failure()]).toEqual([0, undefined])
    const after = contents(machine.root + channel)
    expect(after).toMatchObject({
      'dd/up': 'link ../real',
      'dd/ee/far': 'link ../../real',
      suid: 'file 100755 suid',
      plain: 'file 100755 plain',
    })
    expect(machine.read(`${channel}/dd/ee/far`)).toBe('r')
  })

  on('a file in the place of a folder is refused, and an archive with an archive inside keeps that closed', async () => {
    const { machine, path } = machineWith([[file('a/x')], [file('a')]], program)
    expect([(await machine.run(['sh'], { PATH: path })).code, machine.failure()]).toEqual([
      1,
      expect.stringMatching(/one holds a folder where another holds a file/),
    ])
    const inner = machineWith([[file('1.tar.gz', 'no archive')], [file('seen', 'yes')]], program)
    expect((await inner.machine.run(['sh'], { PATH: inner.path })).code).toBe(0)
    expect([inner.machine.read(`${channel}/1.tar.gz`), inner.machine.read(`${channel}/seen`)]).toEqual(['no archive', 'yes'])
  })
})

describe.each(shells)('archives of a channel under $name', ({ argv: shell, here }) => {
  const on = here ? test : test.skip

  on('an archive of many files at its top arrives whole', async () => {
    const names = Array.from({ length: 250 }, (_, at) => `file ${at}`)
    const { machine, path } = machineWith([names.map((each) => file(each, each))], 'tar')
    expect((await machine.run(shell, { PATH: path })).code).toBe(0)
    for (const each of names) expect(machine.read(`${channel}/${each}`)).toBe(each)
    expect(readdirSync(machine.root + channel).sort()).toEqual(['0.tar.gz', 'own.txt', ...names].sort())
  })

  on('a file through a link of another archive is refused', async () => {
    const { machine, path } = machineWith([[link('x', '/tmp')], [file('x/new', 'changed')]], 'tar')
    expect([(await machine.run(shell, { PATH: path })).code, machine.failure()]).toEqual([1, expect.stringMatching(refusal)])
  })

  on('an archive that ends early is named, and nothing of it is kept', async () => {
    const { machine, path } = machineWith([[file('a', 'x'.repeat(5000))]], 'tar')
    execFileSync('truncate', ['-s', '40', `${machine.root}${channel}/0.tar.gz`])
    expect([(await machine.run(shell, { PATH: path })).code, machine.failure()]).toEqual([
      1,
      expect.stringMatching(/0\.tar\.gz could not be unpacked: it is no archive, or a damaged one/),
    ])
    expect(readdirSync(machine.root + channel).sort()).toEqual(['0.tar.gz', 'own.txt'])
  })
})
