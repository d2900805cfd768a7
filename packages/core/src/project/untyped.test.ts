import { expect, test } from 'vitest'
import { project } from './project.ts'

const open = project('ex')
const ready = open.task('t').shell('true')
const untyped = (value: unknown): never => value as never

test.each([
  ['.request({})', () => ready.request(untyped({})), 'must be a function'],
  ['.with(null)', () => ready.with(untyped(null)), 'must be an object of options'],
  ['.state(null)', () => ready.state(untyped(null)).output('state'), 'must be one of'],
  ['.input.from(null)', () => ready.input.from(untyped(null)), "must be a task's output"],
  ["project('c', null)", () => project('c', untyped(null)), 'must be an object of options'],
  ['.add(null)', () => open.add(untyped(null)), 'must be one task'],
  ['.add([a, b])', () => open.add(untyped([ready, ready])), 'addAll'],
  ['.addAll([null])', () => open.addAll(untyped([null])), 'must be one task'],
] as const)('%s is refused in words', (_, say, words) => {
  expect(say).toThrow(
    expect.objectContaining({ code: 'TASK_INVALID', message: expect.stringContaining(words) as string }) as Error,
  )
})

test.each([
  [{ onEvent: 5 }, 'onEvent must be a function'],
  [{ onEvent: class Listener {} }, 'onEvent must be a function (given: class Listener)'],
  [{ signal: 5 }, 'signal must be an AbortSignal'],
  [null, 'must be an object of options'],
])('run(%j) is refused in words', async (options, words) => {
  const refusal = { code: 'TASK_INVALID', message: expect.stringContaining(words) as string }
  await expect(ready.run(untyped(options))).rejects.toMatchObject(refusal)
  await expect(ready.start(untyped(options))).rejects.toMatchObject(refusal)
  await expect(open.add(ready).run(untyped(options))).rejects.toMatchObject(refusal)
})

const meant = 'is not an option — Did you mean'

test.each([
  ['of a project', () => project('c', untyped({ regoin: 'eu-west-1' })), `regoin ${meant} region?`],
  ['of the defaults', () => project('c', { defaults: untyped({ spt: true }) }), `defaults.spt ${meant} spot?`],
  [
    'of a budget',
    () => project('c', { budget: untyped({ usd: 5, unknwnPrices: 'allow' }) }),
    `unknwnPrices ${meant} unknownPrices?`,
  ],
  ['of .with', () => ready.with(untyped({ instanceTyp: 'ml.m5.large' })).output('state'), `instanceTyp ${meant} instanceType?`],
  [
    'of .code',
    () =>
      open
        .task('t')
        .code('t.py', untyped({ sourcedir: 'src' }))
        .output('state'),
    `code.sourcedir ${meant} sourceDir?`,
  ],
  [
    'of .shell',
    () =>
      open
        .task('t')
        .shell('true', untyped({ file: 'src' }))
        .output('state'),
    `shell.file ${meant} files?`,
  ],
  [
    'of .entrypoint',
    () =>
      open
        .processing('t')
        .entrypoint(['a'], untyped({ dependecies: [] }))
        .output('state'),
    `dependecies ${meant}`,
  ],
  [
    'of .algorithm',
    () =>
      open
        .task('t')
        .algorithm('xgboost', untyped({ verson: '1' }))
        .output('state'),
    `algorithm.verson ${meant} version?`,
  ],
  [
    'of .function',
    () =>
      open.task('t').function(
        untyped(() => ({})),
        untyped('f'),
        untyped({ fil: 'a' }),
      ),
    `fil ${meant} file?`,
  ],
  ['of an input', () => ready.input.local('./a', untyped({ chanel: 'a' })).output('state'), `input[0].chanel ${meant} channel?`],
] as const)('a field %s that does not exist is refused with the one that was meant', (_, say, words) => {
  expect(say).toThrow(
    expect.objectContaining({ code: 'TASK_INVALID', message: expect.stringContaining(words) as string }) as Error,
  )
})

test('all problems of a project are told at once, and no value of a field that does not exist', () => {
  const options = { regoin: 'secret', defaults: { spt: 'secret' }, budget: { usd: -1 }, other: { token: 'secret' } }
  let told = ''
  try {
    project('c', untyped(options))
  } catch (cause) {
    told = (cause as Error).message
  }
  expect(told.split('\n')).toEqual([
    'Project c cannot be opened:',
    '  regoin is not an option — Did you mean region?',
    '  other is not an option',
    '  defaults.spt is not an option — Did you mean spot?',
    expect.stringContaining('  budget.usd must be an amount of US dollars above 0'),
  ])
})

test('a field that is undefined counts as left out, also one that does not exist', () => {
  expect(project('c', untyped({ platfrm: undefined, defaults: { spt: undefined } })).name).toBe('c')
})

test.each([
  ['run', (options: never) => ready.run(options), { forse: true }, 'force'],
  ['start', (options: never) => ready.start(options), { onevent: () => {} }, 'onEvent'],
  ['plan', (options: never) => ready.plan(options), { signl: 1 }, 'signal'],
  ['rehearse', (options: never) => ready.rehearse(options), { interuptions: 3 }, 'interruptions'],
  ['project.run', (options: never) => open.add(ready).run(options), { paralel: 2 }, 'parallel'],
  [
    'search',
    (options: never) =>
      ready
        .metric('loss', /(a)/)
        .variants([{ lr: 1 }])
        .minimize('loss')
        .run(options),
    { onevent: () => {} },
    'onEvent',
  ],
] as const)('an option of %s that does not exist is refused with the one that was meant', async (_, call, options, name) => {
  const message = expect.stringContaining(`${meant} ${name}?`) as string
  await expect(call(untyped(options))).rejects.toMatchObject({ code: 'TASK_INVALID', message })
})

test('an option of a platform that does not exist is refused with the one that was meant', async () => {
  const { local } = await import('../local/index.ts')
  const { aws } = await import('../aws/index.ts')
  expect(() => local(untyped({ rot: '/tmp', sync: 3, pythn: 'python3' }))).toThrow(
    'The platform local cannot be opened:\n  rot is not an option — Did you mean root?\n  sync is not an option\n  pythn is not an option — Did you mean python?',
  )
  expect(() => aws(untyped({ regoin: 'secret', credential: 'secret' }))).toThrow(
    /^(?![\s\S]*secret)[\s\S]*regoin.*region[\s\S]*credentials\?/,
  )
  expect(() => aws(untyped(null))).toThrow('must be an object of options')
})

test('two ways to choose an image in one task are a problem; a default gives way', () => {
  const refusal = (task: object): unknown => {
    try {
      return (task as typeof ready).output('state').kind
    } catch (cause) {
      return (cause as Error).message
    }
  }
  const loose: {
    image(uri: string): typeof loose
    dockerfile(text: string): typeof loose
    framework(name: string): typeof loose
  } = untyped(ready)
  expect(refusal(loose.image('mine:1').dockerfile('RUN a'))).toMatch(/image cannot be combined with dockerfile/)
  expect(refusal(loose.dockerfile('RUN a').image('mine:1'))).toMatch(/image cannot be combined with dockerfile/)
  expect(refusal(loose.framework('sklearn').image('mine:1'))).toMatch(/framework cannot be combined with image/)
  expect(refusal(loose.image('mine:1').framework('sklearn'))).toMatch(/framework cannot be combined with image/)
  const chosen = project('ex', { defaults: { framework: 'sklearn', dockerfile: 'RUN a' } })
    .task('t')
    .shell('true')
  expect(chosen.image('mine:1').output('state').spec.image).toEqual({ kind: 'uri', uri: 'mine:1' })
  expect(refusal(loose.image('mine:1').image('mine:2'))).toBe('output-ref')
})

test('a class as a change of the request is refused before anything is sent', () => {
  expect(() => ready.request(untyped(class {}))).toThrow(
    'must be a function that gives the changed request (given: class without a name)',
  )
})
