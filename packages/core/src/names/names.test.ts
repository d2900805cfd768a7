import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isJobOf, jobName, jobTimeMs, newJobName, taskOfJob } from './job-name.ts'
import { keyPrefix, layoutOf } from './layout.ts'
import { addressOf, bareUri, folderUri, joinUri, objectUri } from './object-uri.ts'
import { InvalidNameError, longestTaskName, projectName, taskName } from './task-name.ts'

const taskText = fc.stringMatching(/^[a-zA-Z0-9](-?[a-zA-Z0-9]){0,16}$/).filter((text) => text.length <= longestTaskName)
const projectText = fc.stringMatching(/^[a-zA-Z0-9][a-zA-Z0-9._-]{0,20}$/)
const bucketText = fc.stringMatching(/^[a-z0-9][a-z0-9-]{1,20}[a-z0-9]$/)
const someTime = fc.integer({ min: 0, max: Date.UTC(2100, 0) })

test('a job name tells the task it was made for, fits SageMaker, and sorts by time', () => {
  fc.assert(
    fc.property(taskText, someTime, someTime, fc.double({ min: 0, max: 0.999, noNaN: true }), (text, one, other, random) => {
      const task = taskName(text)
      const name = newJobName(task, one, { random: () => random })
      expect(jobName(name)).toBe(name)
      expect(name.length).toBeLessThanOrEqual(63)
      expect(taskOfJob(name)).toBe(text)
      expect(isJobOf(task, name)).toBe(true)
      expect(name < newJobName(task, other, { random: () => 0.5 }) || one >= other).toBe(true)
    }),
  )
})

test('the name of a new job sorts after its newest one, whoever made that one and wherever their clock stands', () => {
  const suffix = fc.stringMatching(/^[a-zA-Z0-9]{8}$/)
  fc.assert(
    fc.property(taskText, someTime, someTime, suffix, (text, theirs, ours, letters) => {
      const task = taskName(text)
      const after = jobName(newJobName(task, theirs).slice(0, -8) + letters)
      const name = newJobName(task, ours, { after })
      expect(name > after).toBe(true)
      expect(isJobOf(task, name)).toBe(true)
      // Only as far ahead of our clock as it must be.
      expect(jobTimeMs(name)).toBeLessThanOrEqual(Math.max(ours, theirs + 1_000))
    }),
  )
  const spoilt = jobName('t-2099-01-01-00-00-00-zzzzzzzz')
  expect(newJobName(taskName('t'), Date.UTC(2026, 0), { after: spoilt })).toMatch(/^t-2099-01-01-00-00-01-/)
})

test('a task never takes a job of another task for its own, however alike their names are', () => {
  fc.assert(
    fc.property(taskText, taskText, someTime, (one, other, at) => {
      fc.pre(one !== other)
      expect(isJobOf(taskName(one), newJobName(taskName(other), at, { random: () => 0.5 }))).toBe(false)
    }),
  )
  const [task, longer] = [taskName('exp'), taskName('exp-2026-01-01')]
  expect(isJobOf(task, newJobName(longer, 0, { random: () => 0 }))).toBe(false)
})

test.each(['worker1-2020-12-05-22-30-33-yj9zCQGt', 'simple-task-2020-08-29-11-41-59-NhuzJgSy'])(
  '%s, made by the original, is found',
  (name) => {
    expect(taskOfJob(name)).toBe(name.split('-2020')[0])
  },
)

test.each([
  'exp',
  'exp-2026',
  'state',
  'input',
  'exp-2026-01-01-00-00-00',
  'exp-2026-01-01-00-00-00-short',
  'exp-2026-01-01-00-00-00-AbCdEfGh9',
  '-2026-01-01-00-00-00-AbCdEfGh',
])('%s is no job', (name) => {
  expect(taskOfJob(name)).toBeUndefined()
})

const wrong = ['', '-', '-a', 'a-', 'a b', 'a/b', 'a\n', 'ä', '..', 'a'.repeat(64), 'a\0']

test.each(wrong)('%j is no name of a task or a job', (text) => {
  expect(() => taskName(text)).toThrow(InvalidNameError)
  expect(() => jobName(text)).toThrow(InvalidNameError)
})

test.each(wrong.filter((text) => text !== 'a-'))('%j is no name of a project', (text) => {
  expect(() => projectName(text)).toThrow(InvalidNameError)
})

test('a name that is refused says what a name may be', () => {
  expect(() => taskName('a_b')).toThrow(
    expect.objectContaining({
      code: 'NAME_INVALID',
      hint: expect.stringContaining('1 to 34 letters, digits and hyphens') as string,
    }),
  )
})

const parsers = [taskName, jobName, projectName, objectUri]

test('any text is a name or refused by name', () => {
  const kept = (text: string, parse: (text: string) => string): boolean => {
    try {
      return parse(text) === text
    } catch (cause) {
      return cause instanceof InvalidNameError
    }
  }
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(fc.nat(0xff_ff)).map((codes) => String.fromCharCode(...codes)),
      ),
      fc.constantFrom(...parsers),
      kept,
    ),
  )
})

test.each(['a-'.repeat(100_000), '-'.repeat(100_000), `s3://${'a'.repeat(100_000)}`])(
  'a very long text is refused at once, in a short sentence',
  (text) => {
    for (const parse of parsers) expect(() => parse(text)).toThrow(/^.{1,300}$/s)
  },
)

const keyText = fc.string({ maxLength: 200 }).filter((key) => !key.includes('\0'))

test('an object’s address and its parts are one thing', () => {
  fc.assert(
    fc.property(bucketText, keyText, (bucket, key) => {
      expect(addressOf(objectUri(`s3://${bucket}/${key}`))).toEqual({ bucket, key })
      expect(addressOf(objectUri(`s3://${bucket}`))).toEqual({ bucket, key: '' })
    }),
  )
})

test.each([
  's3:/b/k',
  'S3://bucket/k',
  's3://B/k',
  's3://b/k',
  's3://bucket_/k',
  'https://bucket/k',
  's3://',
  's3:///k',
  `s3://bucket/${'k'.repeat(1024)}`,
  's3://bucket/a\0b',
  ' s3://bucket/k',
])('%j is no object', (text) => {
  expect(() => objectUri(text)).toThrow(InvalidNameError)
})

test('parts are joined with single slashes, and a folder ends with one', () => {
  fc.assert(
    fc.property(
      bucketText,
      fc.array(fc.stringMatching(/^[a-z]{1,5}$/), { minLength: 1, maxLength: 4 }),
      fc.nat(3),
      (bucket, parts, slashes) => {
        const uri = joinUri(objectUri(`s3://${bucket}${'/'.repeat(slashes)}`), ...parts)
        expect(uri).toBe(`s3://${bucket}/${parts.join('/')}`)
        expect(folderUri(uri)).toBe(`${uri}/`)
        expect(folderUri(folderUri(uri))).toBe(folderUri(uri))
      },
    ),
  )
})

test('everything of a task lies below its folder, apart from everything of every other task', () => {
  const place = fc.record({
    bucket: bucketText,
    prefix: fc.constantFrom('', 'a', 'a/b', '/a/'),
    project: projectText.map(projectName),
    task: taskText.map(taskName),
  })
  fc.assert(
    fc.property(place, taskText, someTime, (here, other, at) => {
      const job = newJobName(here.task, at, { random: () => 0.3 })
      const layout = layoutOf(here)
      const places = [
        layout.state,
        layout.input('data'),
        layout.input('x'),
        layout.inputIndex('data'),
        layout.inputIndex('x'),
        layout.lease,
        layout.job(job).root,
      ]
      const ofJob = layout.job(job)
      const parts = [
        ofJob.source,
        ofJob.launcher,
        ofJob.launcherSettings,
        ofJob.bundle,
        ofJob.record,
        ofJob.outputFolder,
        ofJob.model,
        ofJob.output,
      ]
      expect(places.every((uri) => uri.startsWith(layout.root))).toBe(true)
      expect(parts.every((uri) => uri.startsWith(ofJob.root))).toBe(true)
      expect(new Set([...places, ...parts]).size).toBe(places.length + parts.length)
      // No prefix of one reaches another: exp/ never reaches exp2/, input/ never input-x/.
      const reaches = (folder: string): boolean =>
        folder.endsWith('/') && places.some((uri) => uri !== folder && uri.startsWith(folder))
      expect(places.filter(reaches)).toEqual([])
      // As SageMaker is given it, without the slash, the address of the state is a prefix of the state alone.
      const bare = bareUri(layout.state)
      expect(places.filter((uri) => uri !== layout.state && uri.startsWith(bare))).toEqual([])
      expect(other !== here.task && layoutOf({ ...here, task: taskName(other) }).root.startsWith(layout.root)).toBe(false)
    }),
  )
})

test('the state of a task whose jobs are called state… is no prefix of their folders', () => {
  for (const name of ['statement', 'state', 'stateful-2']) {
    const layout = layoutOf({ bucket: 'bucket', prefix: '', project: projectName('ex'), task: taskName(name) })
    const job = layout.job(newJobName(taskName(name), 0, { random: () => 0.3 })).root
    expect(job.startsWith(bareUri(layout.state))).toBe(false)
    expect(layout.formerState).toBe(`s3://bucket/ex/${name}/state/`)
  }
  expect(layoutOf({ bucket: 'bucket', prefix: '', project: projectName('ex'), task: taskName('t') }).formerState).toBeUndefined()
})

test('the folders are those of the original', () => {
  const layout = layoutOf({ bucket: 'bucket', prefix: 'pre', project: projectName('ex'), task: taskName('t') })
  expect([layout.root, layout.state, layout.input('data')]).toEqual([
    's3://bucket/pre/ex/t/',
    's3://bucket/pre/ex/t/state/',
    's3://bucket/pre/ex/t/input/',
  ])
  const job = layout.job(jobName('t-1'))
  expect([job.model, job.output, job.bundle]).toEqual([
    's3://bucket/pre/ex/t/t-1/output/model.tar.gz',
    's3://bucket/pre/ex/t/t-1/output/output.tar.gz',
    's3://bucket/pre/ex/t/t-1/source/sourcedir.tar.gz',
  ])
})

test.each(['..', '.', 'a/../b', './a', 'a/..'])('%j is no prefix: a part of dots stands for another folder', (text) => {
  expect(() => keyPrefix(text)).toThrow(
    expect.objectContaining({ code: 'NAME_INVALID', hint: expect.stringContaining('".."') as string }),
  )
  expect(keyPrefix('.a/..b/c.')).toBe('.a/..b/c.')
})

test.each(['s3://b', 's3://My_B/k', 's3://ab/p/', 'S3://bucket/k'])('%j is told by what a bucket may be called', (text) => {
  expect(() => objectUri(text)).toThrow(/bucket of 3 to 63 lower-case letters/)
})
