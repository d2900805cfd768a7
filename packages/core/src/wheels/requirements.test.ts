import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, test, vi } from 'vitest'
import { pipEnvironment } from './pip.ts'
import { readRequirements } from './requirements.ts'

const folder = mkdtempSync(join(tmpdir(), 'ssm-requirements-'))
afterAll(() => rmSync(folder, { recursive: true }))
const digest = `sha256:${'a'.repeat(64)}`

function read(text: string, others: Readonly<Record<string, string>> = {}): ReturnType<typeof readRequirements> {
  for (const [name, content] of Object.entries({ ...others, 'requirements.txt': text }))
    writeFileSync(join(folder, name), content)
  return readRequirements(join(folder, 'requirements.txt'))
}

const refusedLines = [
  '--no-binary=evs',
  '--no-binary evs',
  '--no-bin=evs',
  '--only-binary=:none:',
  '--prefer-binary',
  '--no-build-isolation',
  '--use-feature=fast-deps',
  '--pre --no-binary=evs',
  '-e .',
  '-e.',
  '--editable=.',
  '--config-settings=a=b',
  '--global-option=x',
  'evs==1.0 --global-option=x',
  'evs==1.0 --config-settings a=b',
  'evs==1.0 --no-binary=evs',
  'evs; python_version > "3" --config-settings=a=b',
  'evs @ https://example.com/evs.tar.gz',
  'evs@https://example.com/evs-1.0-py3-none-any.whl',
  'git+https://example.com/evs.git#egg=evs',
  'https://example.com/evs.tar.gz',
  'file:///evs.tar.gz',
  './evs',
  '.',
  'evs.tar.gz',
  'evs.zip; python_version > "3"',
  '-r https://example.com/requirements.txt',
  '-c file:///constraints.txt',
  '-r ${FILE}',
  '${EVS}',
  '--index-url ${WITH_OPTION}',
  '--index-url "https://example.com --no-binary=evs"',
  '--find-links "a\\" --no-binary=evs',
  `evs==1.0 --hash=sha256:short`,
]

test.each(refusedLines)(
  'the line %s is refused in requirements, in included files, when continued and with a comment',
  (line) => {
    vi.stubEnv('WITH_OPTION', 'https://example.com/ --no-binary=:all:')
    const refusal = expect.objectContaining({
      code: 'WHEELS_MISSING',
      message: expect.stringContaining('is refused') as string,
    }) as Error
    const half = Math.ceil(line.length / 2)
    expect(() => read(`six==1.16.0\n${line}\n`)).toThrow(refusal)
    expect(() => read(`${line.slice(0, half)}\\\n${line.slice(half)} # a comment`)).toThrow(refusal)
    expect(() => read('# first\u2028six\r\n-r other.txt', { 'other.txt': `six\u0085${line}` })).toThrow(refusal)
    expect(() => read('--constraint=other.txt', { 'other.txt': `-rthird.txt`, 'third.txt': `# x \\\n${line}` })).toThrow(refusal)
    vi.unstubAllEnvs()
  },
)

test('names with versions, extras, markers and digests are taken, and options that say where packages come from', () => {
  const text = [
    '\uFEFF# -*- coding: utf-8 -*-',
    '-i https://${TOKEN}@example.com/simple/ --extra-index-url=https://example.com/more',
    '--find-links=wheels  # beside',
    '--trusted-host example.com',
    '--pre',
    'six',
    'Torch[opt, cpu] >= 2.0, !=2.1.* ; python_version >= "3.8" and sys_platform != \'win32\'',
    'numpy (>=1.0)',
    `tiny_one==1.0+cpu \\`,
    `    --hash=${digest} \\`,
    `    --hash ${digest}`,
    '-c constraints.txt',
    '-r "more here.txt"',
  ]
  expect(read(text.join('\r\n'), { 'constraints.txt': 'six<2\n', 'more here.txt': 'more~=1.0\n-r requirements.txt' })).toEqual({
    requirements: [
      '--index-url "https://${TOKEN}@example.com/simple/"',
      '--extra-index-url "https://example.com/more"',
      `--find-links "${join(folder, 'wheels')}"`,
      '--trusted-host "example.com"',
      '--pre',
      'six',
      'Torch[opt,cpu]>=2.0,!=2.1.* ; python_version >= "3.8" and sys_platform != \'win32\'',
      'numpy>=1.0',
      `tiny_one==1.0+cpu --hash=${digest} --hash=${digest}`,
      'more~=1.0',
      '',
    ].join('\n'),
    constraints: 'six<2\n',
  })
})

test('the message about a refused line has no credentials', () => {
  expect(() => read('evs @ https://me:secret@example.com/evs.tar.gz')).toThrow(
    expect.objectContaining({ message: expect.not.stringContaining('secret') as string }) as Error,
  )
})

test('whatever a file has, pip is given only requirements and known options', () => {
  const part = fc.constantFrom(
    'evs',
    '==1.0',
    ' ',
    '\\\n',
    '\n',
    '\u2028',
    '#',
    '"',
    "'",
    ';',
    '-',
    '--no-binary=:all:',
    '--pre',
    '-i',
    '=',
    ' @ ',
    'git+',
    '-e',
    '[',
    ']',
    ',',
    'python_version>"3"',
    '\f',
  )
  fc.assert(
    fc.property(fc.array(fc.oneof(part, fc.string({ unit: 'binary', maxLength: 3 })), { maxLength: 12 }), (parts) => {
      let given
      try {
        given = read(parts.join(''))
      } catch {
        return
      }
      for (const line of given.requirements.trimEnd().split('\n'))
        expect(line).toMatch(
          /^$|^--(pre|no-index|require-hashes)$|^--(index-url|extra-index-url|find-links|trusted-host) "[^"\\]+"$|^[A-Za-z0-9][\w.,[\]=<>!~+*-]*( ; [^-#\s][^#\\\p{C}]*)?$/u,
        )
    }),
    { numRuns: 150 },
  )
})

test("pip's settings of this computer cannot allow a build", () => {
  const env = {
    PIP_NO_BINARY: ':all:',
    PIP_ONLY_BINARY: ':none:',
    PIP_REQUIREMENT: 'a',
    PIP_CONSTRAINT: 'a',
    PIP_EDITABLE: 'a',
    pip_no_binary: 'a',
  }
  expect(pipEnvironment({ ...env, PATH: '/bin', PIP_INDEX_URL: 'b' })).toEqual({
    PATH: '/bin',
    PIP_INDEX_URL: 'b',
    PIP_ONLY_BINARY: ':all:',
  })
})
