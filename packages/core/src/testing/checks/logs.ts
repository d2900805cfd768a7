import type { FollowOptions, LogLine } from '../../platform/logs.ts'
import { deepEqual, equal, isMoreThan, rejectsWith } from '../expectations.ts'
import { shellRequest, refOf, trainingJob } from '../job-requests.ts'
import { ranToEnd } from '../job-steps.ts'
import { forBothKinds, itemsOf, type Checks } from '../visit.ts'

/** A program that does the one at its start, and the other when it is told to stop. */
const untilStopped = (first: string, last: string): string => `trap "${last}; exit 0" TERM; ${first}; sleep 60 & wait`

const texts = (lines: readonly LogLine[]): readonly string[] => lines.map((line) => line.text)

const whole = forBothKinds({
  'every line of a {kind} job comes once and in order, stdout and stderr alike': async ({ platform, folder }, kind) => {
    const request = shellRequest(kind, folder, {
      shell: 'for i in 1 2 3; do echo out $i; echo err $i >&2; done; echo; printf "no end"',
    })
    await ranToEnd(platform, request)
    const lines = await itemsOf(platform.logs.follow(refOf(request)))
    deepEqual(texts(lines), ['out 1', 'err 1', 'out 2', 'err 2', 'out 3', 'err 3', '', 'no end'])
    deepEqual(new Set(lines.map((line) => line.machine)), new Set(['algo-1']))
  },
})

/** What a log must keep of the lines of a job. */
export const logsChecks: Checks = {
  ...whole,
  'lines come while the job runs, and the following ends with the job': async ({ platform, folder }) => {
    const request = trainingJob(folder, { shell: untilStopped('echo first', 'echo last') })
    await platform.jobs.start(request)
    const lines: string[] = []
    for await (const { text } of platform.logs.follow(refOf(request))) {
      lines.push(text)
      if (text !== 'first') continue
      equal((await platform.jobs.describe(refOf(request)))?.status, 'in-progress')
      await platform.jobs.stop(refOf(request))
    }
    deepEqual(lines, ['first', 'last'])
    equal((await platform.jobs.describe(refOf(request)))?.status, 'stopped')
  },
  'the machines of a job are told apart, each in its order': async ({ platform, folder }) => {
    const shell = 'i=0; while [ $i -lt 500 ]; do echo line $i; i=$((i+1)); done'
    const request = trainingJob(folder, { shell, machines: 3 })
    await platform.jobs.start(request)
    const lines = await itemsOf(platform.logs.follow(refOf(request)))
    for (const machine of ['algo-1', 'algo-2', 'algo-3']) {
      deepEqual(
        texts(lines.filter((line) => line.machine === machine)),
        Array.from({ length: 500 }, (_, index) => `line ${index}`),
      )
    }
  },
  'lines know when they were written, and can be asked for from a moment on': async ({ platform, folder }) => {
    const request = trainingJob(folder, { shell: untilStopped('echo one', 'echo two') })
    await platform.jobs.start(request)
    for await (const { text } of platform.logs.follow(refOf(request))) {
      if (text !== 'one') continue
      await new Promise((resolve) => setTimeout(resolve, 500))
      await platform.jobs.stop(refOf(request))
    }
    const [one, two] = await itemsOf(platform.logs.follow(refOf(request)))
    isMoreThan((two?.atMs ?? 0) - (one?.atMs ?? 0), 300)
    deepEqual(texts(await itemsOf(platform.logs.follow(refOf(request), { sinceMs: two?.atMs ?? 0 }))), ['two'])
  },
  'the last lines can be asked for, of all that match': async ({ platform, folder }) => {
    const request = trainingJob(folder, { shell: 'for i in 1 2 3 4 5 6; do echo line $i; done; printf "no end"' })
    await ranToEnd(platform, request)
    const job = refOf(request)
    const last = async (options: FollowOptions): Promise<readonly string[]> =>
      texts(await itemsOf(platform.logs.follow(job, { untilNow: true, ...options })))
    deepEqual(await last({ last: 2 }), ['line 6', 'no end'])
    deepEqual(await last({ last: 100 }), ['line 1', 'line 2', 'line 3', 'line 4', 'line 5', 'line 6', 'no end'])
    deepEqual(await last({ last: 0 }), [])
    deepEqual(await last({ last: 2, where: ({ text }) => /[1-4]$/.test(text) }), ['line 3', 'line 4'])
    deepEqual(await last({ where: ({ text }) => text.endsWith('5') }), ['line 5'])
    deepEqual(await last({ last: 1, machine: 'algo-1' }), ['no end'])
    deepEqual(await last({ last: 1, machine: 'algo-2' }), [])
    deepEqual(await last({ last: 1, sinceMs: Date.now() + 60_000 }), [])
    deepEqual(await last({ last: 2, untilNow: false }), ['line 6', 'no end'])
  },
  'following from the last lines on loses none and repeats none': async ({ platform, folder }) => {
    const shell = untilStopped('for i in 1 2 3 4 5; do echo line $i; done', 'echo line 6; echo line 7')
    const request = trainingJob(folder, { shell })
    await platform.jobs.start(request)
    const job = refOf(request)
    while ((await itemsOf(platform.logs.follow(job, { untilNow: true }))).length < 5)
      await new Promise((resolve) => setTimeout(resolve, 20))
    const lines: string[] = []
    for await (const { text } of platform.logs.follow(job, { last: 2 })) {
      lines.push(text)
      if (text === 'line 5') await platform.jobs.stop(job)
    }
    deepEqual(lines, ['line 4', 'line 5', 'line 6', 'line 7'])
  },
  'what there is now can be read without waiting': async ({ platform, folder }) => {
    const request = trainingJob(folder, { shell: 'echo early; sleep 60' })
    await platform.jobs.start(request)
    while ((await itemsOf(platform.logs.follow(refOf(request), { untilNow: true }))).length === 0)
      await new Promise((resolve) => setTimeout(resolve, 50))
    deepEqual(texts(await itemsOf(platform.logs.follow(refOf(request), { untilNow: true }))), ['early'])
    const stop = new AbortController()
    const following = itemsOf(platform.logs.follow(refOf(request), { signal: stop.signal }))
    stop.abort(new Error('enough'))
    await rejectsWith(following, 'enough')
    await platform.jobs.stop(refOf(request))
  },
  'a line too long for one is cut into pieces and loses nothing': async ({ platform, folder }) => {
    const request = trainingJob(folder, { shell: 'head -c 700000 /dev/zero | tr "\\0" x; echo; echo after' })
    await ranToEnd(platform, request)
    const lines = texts(await itemsOf(platform.logs.follow(refOf(request))))
    equal(
      lines.every((line) => line.length <= 262_144),
      true,
    )
    equal(lines.slice(0, -1).join(''), 'x'.repeat(700_000))
    equal(lines.at(-1), 'after')
  },
  'bytes that are no text, and carriage returns, harm nobody': async ({ platform, folder }) => {
    const request = trainingJob(folder, { shell: "printf 'a\\377b\\r\\n\\303\\244\\n'" })
    await ranToEnd(platform, request)
    deepEqual(texts(await itemsOf(platform.logs.follow(refOf(request)))), ['a\uFFFDb', 'ä'])
  },
}
