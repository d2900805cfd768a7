import { expect, test } from 'vitest'
import type { SsmError } from '../errors/ssm-error.ts'
import { isJobOf, jobName, jobTimeMs, newJobName, taskOfJob } from './job-name.ts'
import { keyPrefix } from './layout.ts'
import { bucketName, objectUri } from './object-uri.ts'
import { InvalidNameError, projectName, taskName } from './task-name.ts'

function refusal(act: () => unknown): Pick<SsmError, 'message' | 'hint' | 'facts'> {
  try {
    act()
  } catch (cause) {
    if (cause instanceof InvalidNameError) return { message: cause.message, hint: cause.hint, facts: cause.facts }
  }
  throw new Error('It was taken')
}

test.each([
  ['job', jobName, 63, '1 to 63 letters, digits and hyphens, with no hyphen at either end'],
  ['task', taskName, 34, '1 to 34 letters, digits and hyphens, with no hyphen at either end'],
  ['project', projectName, 63, '1 to 63 letters, digits, ".", "_" and "-", starting with a letter or digit'],
  ['prefix', keyPrefix, 512, 'at most 512 characters without control characters'],
] as const)('the longest %s name is taken, and the refusal of a longer one tells its rule', (what, make, longest, rule) => {
  expect(make('k'.repeat(longest))).toBe('k'.repeat(longest))
  const text = 'k'.repeat(longest + 1)
  const shown = JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text)
  expect(refusal(() => make(text))).toEqual({
    message: `${shown} is not a ${what} name: ${rule}`,
    hint: `Choose a ${what} name of ${rule}.`,
    facts: { what, value: text, rule },
  })
})

test('a refused text is shown whole up to 80 characters', () => {
  const rule = '1 to 34 letters, digits and hyphens, with no hyphen at either end'
  expect(refusal(() => taskName('x'.repeat(80))).message).toBe(`"${'x'.repeat(80)}" is not a task name: ${rule}`)
  expect(refusal(() => taskName('x'.repeat(81))).message).toBe(`"${'x'.repeat(80)}…" is not a task name: ${rule}`)
})

test.each([taskName, projectName, keyPrefix])('what is no text is refused by its type', (make) => {
  for (const [value, shown] of [
    [7, 'a number'],
    [undefined, 'a undefined'],
    [['x'], 'a object'],
  ] as const) {
    const { message, facts } = refusal(() => make(value as unknown as string))
    expect(message.startsWith(`${shown} is not a `)).toBe(true)
    expect(facts['value']).toBe(shown)
  }
})

test('an error of a name is known by its own name', () => {
  expect(new InvalidNameError('task', '-', 'letters').name).toBe('InvalidNameError')
})

test.each(['.', '..', 'a/../b', 'a/.'])('the prefix %j is refused, because it would stand for another folder', (text) => {
  expect(refusal(() => keyPrefix(text))).toMatchObject({
    message: `${JSON.stringify(text)} is not a prefix name: parts other than "." and "..", which would stand for another folder`,
    facts: { what: 'prefix' },
  })
})

test.each(['a\nb', 'a\u0000', 'a\u2028b', '\u0085'])('the prefix %j is refused, because of a control character', (text) => {
  expect(refusal(() => keyPrefix(text)).facts['rule']).toBe('at most 512 characters without control characters')
})

const bucketRule =
  's3://<bucket>/<key> with a bucket of 3 to 63 lower-case letters, digits, "." and "-", with a letter or digit at both ends'
const addressRule = 's3://<bucket>/<key>, at most 1024 characters'

test.each([
  ['s3://Upper/k', bucketRule],
  ['S3://bucket/k', bucketRule],
  ['s3://ab', bucketRule],
  ['https://bucket/s3://x', addressRule],
  ['bucket/key', addressRule],
  ['s3://bucket/a\0b', addressRule],
  [`s3://bucket/${'k'.repeat(1024 - 11)}`, addressRule],
])('the address %j is refused by its rule', (text, rule) => {
  expect(refusal(() => objectUri(text))).toMatchObject({ facts: { what: 'object', rule } })
  expect(refusal(() => objectUri(text)).message).toMatch(/ is not an object name: /)
})

test('an address of 1024 characters is taken', () => {
  const text = `s3://bucket/${'k'.repeat(1024 - 12)}`
  expect(text).toHaveLength(1024)
  expect(objectUri(text)).toBe(text)
})

test.each([
  '',
  'x',
  'no-job',
  'train-2026-11-22-10-20-30-short',
  'train-2026-11-22-10-20-30-0123456!',
  '-2026-11-22-10-20-30-01234567',
])('%j is no job of ours: it has neither a task nor a time', (name) => {
  expect(taskOfJob(name)).toBeUndefined()
  expect(jobTimeMs(name)).toBeUndefined()
})

test.each(['ab', 'k'.repeat(64), 'Lab', '-lab', 'lab-', '.lab', 'lab.', 'la b', 'lab/x', 'lab\n', '\nlab', ''])(
  'no bucket is called %j',
  (text) => {
    const rule = '3 to 63 lower-case letters, digits, "." and "-", with a letter or digit at both ends'
    const shown = text.length > 60 ? text : JSON.stringify(text)
    expect(refusal(() => bucketName(text))).toMatchObject({ facts: { what: 'bucket', rule } })
    expect(refusal(() => bucketName(text)).message).toContain(shown)
  },
)

test.each(['abc', 'k'.repeat(63), 'a.b-c', '0ab'])('a bucket may be called %j', (text) => {
  expect(bucketName(text)).toBe(text)
})

test('what is no text is no bucket and no job', () => {
  for (const make of [bucketName, jobName])
    expect(refusal(() => make(['abc'] as unknown as string))).toMatchObject({ facts: { value: 'a object' } })
})

test('a folder beside the jobs of a task is none of them', () => {
  const task = taskName('t')
  for (const name of ['input', 'state', 't', 'x\nt-2026-01-02-03-04-05-AbCdEfGh', 't-2026-01-02-03-04-05-AbCdEfGhI']) {
    expect(isJobOf(task, name)).toBe(false)
    expect(jobTimeMs(name)).toBeUndefined()
  }
  expect(isJobOf(task, 't-2026-01-02-03-04-05-AbCdEfGh')).toBe(true)
})

test("a new job is named by this computer's clock, unless it would then sort before the newest one", () => {
  const [task, now] = [taskName('t'), Date.parse('2026-01-02T03:04:05Z')]
  const timeAfter = (newest: string) => jobTimeMs(newJobName(task, now, { after: jobName(newest) }))
  expect(timeAfter('t-2025-12-31-00-00-00-AbCdEfGh')).toBe(now)
  expect(timeAfter('t-2026-01-02-03-04-09-AbCdEfGh')).toBe(now + 5_000)
})
