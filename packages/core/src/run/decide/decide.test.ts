import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fingerprintOf } from '../../bundle/fingerprint.ts'
import { jobName } from '../../names/job-name.ts'
import type { JobStatus } from '../../platform/jobs.ts'
import type { FingerprintParts, PastJob, TaskHistory } from '../../spec/result.ts'
import type { RunPolicy } from '../run-options.ts'
import { decide, type RunIdentity } from './decide.ts'

const name = jobName('t-2026-01-02-03-04-05-AbCdEfGh')
const parts: FingerprintParts = { kind: 'training', 'hyperparameter lr': '0.1' }
const identity: RunIdentity = { parts, fingerprint: fingerprintOf(parts) }
const job = { kind: 'training', name } as const

function history(status: JobStatus, before: FingerprintParts | 'unknown' = parts): TaskHistory {
  const state: PastJob['state'] = {
    ...job,
    status,
    phase: 'Phase',
    phases: [],
    machines: 1,
    createdAtMs: 0,
    interruptions: 0,
    finalMetrics: [],
  }
  if (before === 'unknown') return { newest: { state } }
  return {
    newest: {
      state,
      record: { v: 1, job: name, kind: 'training', fingerprint: fingerprintOf(before), parts: before, createdAtMs: 0 },
    },
  }
}

const other: FingerprintParts = { ...parts, 'hyperparameter lr': '0.2' }
const withResultsToStore = ({ newest }: TaskHistory): PastJob => {
  if (newest === undefined) throw new Error('nothing ran')
  return { ...newest, state: { ...newest.state, unstored: true } }
}
const unstored: TaskHistory = { newest: withResultsToStore(history('failed')) }
const waitedInVain = ({ newest }: TaskHistory): TaskHistory =>
  newest === undefined ? {} : { newest: { ...newest, waitEnded: { v: 1, waitedSeconds: 600 } } }
const described = ({ newest }: TaskHistory): TaskHistory =>
  newest?.record === undefined ? {} : { newest: { ...newest, record: { ...newest.record, fingerprint: 'f'.repeat(64) } } }
const kept: RunPolicy = { skip: 'completed' }

test.each([
  ['never ran', {}, {}, 'start', 'it has never run'],
  ['the same, completed', history('completed'), {}, 'skip', 'nothing has changed since it completed'],
  ['the same, running', history('in-progress'), {}, 'join', 'the same job is still running'],
  ['the same, being stopped', history('stopping'), {}, 'start', 'its newest job is being stopped'],
  ['the same, failed', history('failed'), {}, 'start', 'its newest job failed'],
  ['the same, stopped', history('stopped'), {}, 'start', 'its newest job stopped'],
  ['the same, results not stored', unstored, {}, 'join', 'its program has ended, and only its results are still to be stored'],
  [
    'failed, results not stored, kept',
    unstored,
    kept,
    'join',
    'its program has ended, and only its results are still to be stored',
  ],
  [
    'the same, being stopped because it waited for machines in vain',
    waitedInVain(history('stopping')),
    {},
    'join',
    'it waited for spot machines in vain and is being stopped, so that others are tried',
  ],
  ['the same, stopped after it waited in vain', waitedInVain(history('stopped')), {}, 'start', 'its newest job stopped'],
  ['of equal parts and another fingerprint', described(history('completed')), {}, 'start', 'it is described differently'],
  [
    'changed, results not stored',
    { newest: withResultsToStore(history('failed', other)) },
    {},
    'start',
    'changed: hyperparameter lr from 0.2 to 0.1',
  ],
  ['changed, completed', history('completed', other), {}, 'start', 'changed: hyperparameter lr from 0.2 to 0.1'],
  ['changed, running', history('in-progress', other), {}, 'start', 'changed: hyperparameter lr from 0.2 to 0.1'],
  [
    'made by another tool',
    history('completed', 'unknown'),
    {},
    'start',
    'its newest job was made by another tool, so what it ran is not known',
  ],
  ['the same, completed, forced', history('completed'), { force: true }, 'start', 'it was forced'],
  ['the same, running, forced', history('in-progress'), { force: true }, 'start', 'it was forced'],
  ['the same, completed, cleaned', history('completed'), { clean: true }, 'start', 'its state is cleaned'],
  [
    'changed, completed, kept',
    history('completed', other),
    kept,
    'skip',
    'its newest job is completed, and any completed one was asked for',
  ],
  [
    'made by another tool, kept',
    history('completed', 'unknown'),
    kept,
    'skip',
    'its newest job is completed, and any completed one was asked for',
  ],
  ['changed, running, kept', history('in-progress', other), kept, 'join', 'its newest job is still running'],
  ['changed, failed, kept', history('failed', other), kept, 'start', 'its newest job failed'],
  ['never ran, kept', {}, kept, 'start', 'it has never run'],
  ['completed, kept, forced', history('completed'), { ...kept, force: true }, 'start', 'it was forced'],
] as const)('%s', (_, past, policy, kind, because) => {
  const changes = because.startsWith('changed') ? [{ part: 'hyperparameter lr', from: '0.2', to: '0.1' }] : []
  expect(decide(past, identity, policy)).toEqual({ kind, because, ...(kind === 'start' ? { changes } : { job }) })
})

test('every part that changed is told as data, and the first three in words', () => {
  const before = { ...parts, a: '1', b: '1', c: '1', d: '1' }
  const decision = decide(history('completed', before), identity, {})
  expect(decision).toEqual({
    kind: 'start',
    because: 'changed: a is gone, b is gone, c is gone and 1 more',
    changes: ['a', 'b', 'c', 'd'].map((part) => ({ part, from: '1' })),
  })
})

test('three parts that changed are all told in words', () => {
  const { because } = decide(history('completed', { ...parts, a: '1', b: '1', c: '1' }), identity, {})
  expect(because).toBe('changed: a is gone, b is gone, c is gone')
})

const someParts = fc.dictionary(fc.stringMatching(/^[a-c]$/), fc.stringMatching(/^[xy]$/), { noNullPrototype: true })
const status = fc.constantFrom<JobStatus>('in-progress', 'stopping', 'completed', 'failed', 'stopped')

test('a job is only taken for this run when it is the same run; nothing is skipped that has not completed', () => {
  fc.assert(
    fc.property(
      someParts,
      someParts,
      status,
      fc.record({ force: fc.boolean(), clean: fc.boolean() }),
      (before, now, ended, policy) => {
        const decision = decide(history(ended, before), { parts: now, fingerprint: fingerprintOf(now) }, policy)
        const same = fingerprintOf(before) === fingerprintOf(now)
        const wanted =
          policy.force || policy.clean || !same
            ? 'start'
            : ended === 'completed'
              ? 'skip'
              : ended === 'in-progress'
                ? 'join'
                : 'start'
        return decision.kind === wanted && decision.because !== ''
      },
    ),
  )
})
