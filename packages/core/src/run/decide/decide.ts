import { describeChanges } from '../../bundle/describe-change.ts'
import { changesBetween } from '../../bundle/fingerprint.ts'
import { isTerminal } from '../../platform/jobs.ts'
import type { Decision, FingerprintParts, PastJob, TaskHistory } from '../../spec/result.ts'
import type { ReasonedPolicy } from '../run-options.ts'

/** What is about to run. */
export interface RunIdentity {
  readonly fingerprint: string
  readonly parts: FingerprintParts
}

/** Skip, join or start, from what happened before and what is wished. Pure. */
export function decide(history: TaskHistory, identity: RunIdentity, policy: ReasonedPolicy): Decision {
  if (policy.force === true) return start(policy.because ?? 'it was forced')
  if (policy.clean === true) return start('its state is cleaned')
  const { newest } = history
  if (newest === undefined) return start('it has never run')
  return policy.skip === 'completed' ? anyCompleted(newest) : sameOnly(newest, identity)
}

function anyCompleted({ state }: PastJob): Decision {
  const job = { kind: state.kind, name: state.name }
  if (state.status === 'completed')
    return { kind: 'skip', job, because: 'its newest job is completed, and any completed one was asked for' }
  if (!isTerminal(state.status)) return { kind: 'join', job, because: 'its newest job is still running' }
  if (state.unstored === true) return { kind: 'join', job, because: resultsToStore }
  return start(`its newest job ${state.status}`)
}

function sameOnly({ state, record, waitEnded }: PastJob, identity: RunIdentity): Decision {
  const job = { kind: state.kind, name: state.name }
  if (record === undefined) return start('its newest job was made by another tool, so what it ran is not known')
  if (record.fingerprint !== identity.fingerprint) {
    const changes = changesBetween(record.parts, identity.parts)
    return { kind: 'start', because: changed(describeChanges(changes)), changes }
  }
  if (state.status === 'completed') return { kind: 'skip', job, because: 'nothing has changed since it completed' }
  if (state.unstored === true) return { kind: 'join', job, because: resultsToStore }
  if (state.status === 'in-progress') return { kind: 'join', job, because: 'the same job is still running' }
  if (state.status === 'stopping' && waitEnded !== undefined)
    return { kind: 'join', job, because: 'it waited for spot machines in vain and is being stopped, so that others are tried' }
  return start(state.status === 'stopping' ? 'its newest job is being stopped' : `its newest job ${state.status}`)
}

const resultsToStore = 'its program has ended, and only its results are still to be stored'

function changed(sentences: readonly string[]): string {
  if (sentences.length === 0) return 'it is described differently'
  const more = sentences.length > 3 ? ` and ${sentences.length - 3} more` : ''
  return `changed: ${sentences.slice(0, 3).join(', ')}${more}`
}

const start = (because: string): Decision => ({ kind: 'start', because, changes: [] })
