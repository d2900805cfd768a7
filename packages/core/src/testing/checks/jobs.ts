import { isTerminal } from '../../platform/jobs.ts'
import {
  deepEqual,
  equal,
  hasFields,
  includes,
  isAtLeast,
  isAtMost,
  isMoreThan,
  matches,
  rejectsWith,
  rejectsWithCode,
} from '../expectations.ts'
import { shellRequest, processingJob, refOf, trainingJob } from '../job-requests.ts'
import { lastState, ranToEnd, untilRunning } from '../job-steps.ts'
import { forBothKinds, itemsOf, type Checks } from '../visit.ts'

const lives = forBothKinds({
  'a {kind} job whose program ends well is completed': async ({ platform, folder }, kind) => {
    const request = shellRequest(kind, folder, { shell: 'true' })
    const beforeMs = Date.now()
    const state = await ranToEnd(platform, request)
    hasFields(state, { ...refOf(request), status: 'completed', phase: 'Completed', machines: 1, interruptions: 0 })
    equal(state.failureReason, undefined)
    isMoreThan(state.createdAtMs, beforeMs - 60_000)
    isAtLeast(state.endedAtMs ?? 0, state.startedAtMs ?? Infinity)
    deepEqual(await platform.jobs.describe(refOf(request)), state)
  },
  'a {kind} job is failed when its program fails, with the exit code': async ({ platform, folder }, kind) => {
    const state = await ranToEnd(platform, shellRequest(kind, folder, { shell: 'exit 3' }))
    hasFields(state, { status: 'failed', phase: 'Failed' })
    matches(state.failureReason, /\b3\b/)
  },
  'a {kind} job’s reason is what its program wrote about its failure': async ({ platform, folder }, kind) => {
    const shell =
      'mkdir -p $R/opt/ml/output; { echo out of luck; head -c 5000 /dev/zero | tr "\\0" x; } > $R/opt/ml/output/failure; exit 1'
    const state = await ranToEnd(platform, shellRequest(kind, folder, { shell }))
    includes(state.failureReason, 'out of luck')
    isAtMost(state.failureReason?.length, 1024)
  },
  'a {kind} job’s phases follow each other without gaps': async ({ platform, folder }, kind) => {
    const state = await ranToEnd(platform, shellRequest(kind, folder, { shell: 'true' }))
    for (const [index, phase] of state.phases.entries()) {
      const next = state.phases[index + 1]
      if (next !== undefined) isAtMost(phase.endedAtMs, next.startedAtMs)
    }
    equal(state.phases.at(-1)?.name, state.phase)
  },
  'a watch of a {kind} job starts with now, tells changes, and ends with the end': async ({ platform, folder }, kind) => {
    const request = shellRequest(kind, folder, { shell: 'sleep 0.3' })
    await platform.jobs.start(request)
    const [one, other] = await Promise.all([
      itemsOf(platform.jobs.watch(refOf(request))),
      itemsOf(platform.jobs.watch(refOf(request))),
    ])
    for (const states of [one, other]) {
      equal(
        states.slice(0, -1).every((state) => !isTerminal(state.status)),
        true,
      )
      equal(states.at(-1)?.status, 'completed')
    }
    equal((await itemsOf(platform.jobs.watch(refOf(request)))).length, 1)
  },
  'leaving the watch of a {kind} job leaves the job alone': async ({ platform, folder }, kind) => {
    const request = shellRequest(kind, folder, { shell: 'trap "exit 0" TERM; sleep 60 & wait' })
    await platform.jobs.start(request)
    for await (const _state of platform.jobs.watch(refOf(request))) break
    const stop = new AbortController()
    const watching = itemsOf(platform.jobs.watch(refOf(request), { signal: stop.signal }))
    stop.abort(new Error('enough'))
    await rejectsWith(watching, 'enough')
    await untilRunning(platform, refOf(request))
    equal((await platform.jobs.describe(refOf(request)))?.status, 'in-progress')
    await platform.jobs.stop(refOf(request))
    await lastState(platform, refOf(request))
  },
  'a {kind} job that is stopped ends as stopped, and a second stop is quiet': async ({ platform, folder }, kind) => {
    const request = shellRequest(kind, folder, { shell: 'trap "exit 0" TERM; sleep 60 & wait' })
    await platform.jobs.start(request)
    await untilRunning(platform, refOf(request))
    await platform.jobs.stop(refOf(request))
    includes(['stopping', 'stopped'], (await platform.jobs.describe(refOf(request)))?.status)
    await platform.jobs.stop(refOf(request))
    hasFields(await lastState(platform, refOf(request)), { status: 'stopped', phase: 'Stopped' })
    await platform.jobs.stop(refOf(request))
  },
  'a {kind} job that runs longer than it may is stopped': async ({ platform, folder }, kind) => {
    const state = await ranToEnd(platform, shellRequest(kind, folder, { shell: 'sleep 60', maxRunSeconds: 1 }))
    equal(state.status, 'stopped')
    if (kind === 'training') equal(state.phase, 'MaxRuntimeExceeded')
  },
  'a {kind} job of several machines fails when one of them does': async ({ platform, folder }, kind) => {
    const config = kind === 'training' ? '$R/opt/ml/input/config' : '$R/opt/ml/config'
    const shell = `grep -q '"current_host": *"algo-2"' ${config}/resourceconfig.json && exit 7; sleep 60`
    const state = await ranToEnd(platform, shellRequest(kind, folder, { shell, machines: 2 }))
    hasFields(state, { status: 'failed', machines: 2 })
    matches(state.failureReason, /\b7\b/)
  },
})

const refusals: Checks = {
  'an unknown job is no error to look at and one to watch or stop': async ({ platform }) => {
    const { name } = refOf(processingJob({ shell: 'true' }))
    for (const kind of ['training', 'processing'] as const) {
      equal(await platform.jobs.describe({ kind, name }), undefined)
      await rejectsWithCode(itemsOf(platform.jobs.watch({ kind, name })), 'JOB_LOST')
    }
  },
  'a name that was used is refused': async ({ platform, folder }) => {
    const request = trainingJob(folder, { shell: 'true' })
    await ranToEnd(platform, request)
    await rejectsWithCode(platform.jobs.start(request), 'PLATFORM_REFUSED')
    equal((await platform.jobs.describe(refOf(request)))?.status, 'completed')
  },
  'more machines than there can be are refused before anything is left behind': async ({ platform, folder }) => {
    const request = trainingJob(folder, { shell: 'true', machines: 100_000 })
    await rejectsWithCode(platform.jobs.start(request), 'PLATFORM_QUOTA', 'PLATFORM_REFUSED')
    equal(await platform.jobs.describe(refOf(request)), undefined)
  },
  'a start that was aborted starts nothing': async ({ platform, folder }) => {
    const request = trainingJob(folder, { shell: 'true' })
    await rejectsWith(platform.jobs.start(request, { signal: AbortSignal.abort(new Error('enough')) }), 'enough')
    equal(await platform.jobs.describe(refOf(request)), undefined)
  },
}

/** How a job goes from its start to its end. */
export const jobsChecks: Checks = { ...lives, ...refusals }
