import { expect } from 'vitest'
import type { LogLine } from '../../packages/core/src/platform/logs.ts'
import { claim, gather, type Room, type Visit } from './contract.ts'
import { jobRequest, refOf, trainingJob } from './job-requests.ts'
import { ranToEnd } from './jobs.ts'

/** What every platform must keep of its jobs' logs. */
export function logsContract(room: Room): void {
  const say = (name: string, show: (visit: Visit) => Promise<void>): void => claim(room, name, show)
  const texts = (lines: readonly LogLine[]): readonly string[] => lines.map((line) => line.text)
  for (const kind of ['training', 'processing'] as const) {
    say(`every line of a ${kind} job comes once and in order, stdout and stderr alike`, async ({ platform, folder }) => {
      const request = jobRequest(kind, folder, {
        shell: 'for i in 1 2 3; do echo out $i; echo err $i >&2; done; echo; printf "no end"',
      })
      await ranToEnd(platform, request)
      const lines = await gather(platform.logs.follow(refOf(request)))
      expect(texts(lines)).toEqual(['out 1', 'err 1', 'out 2', 'err 2', 'out 3', 'err 3', '', 'no end'])
      expect(new Set(lines.map((line) => line.machine))).toEqual(new Set(['algo-1']))
    })
  }
  say('lines come while the job runs, and the following ends with the job', async ({ platform, folder }) => {
    const request = trainingJob(folder, { shell: 'echo first; sleep 1; echo last' })
    await platform.jobs.start(request)
    const statuses: (string | undefined)[] = []
    for await (const line of platform.logs.follow(refOf(request))) {
      if (line.text === 'first') statuses.push((await platform.jobs.describe(refOf(request)))?.status)
    }
    expect(statuses).toEqual(['in-progress'])
    expect((await platform.jobs.describe(refOf(request)))?.status).toBe('completed')
  })
  say('the machines of a job are told apart, each in its order', async ({ platform, folder }) => {
    const shell = 'i=0; while [ $i -lt 500 ]; do echo line $i; i=$((i+1)); done'
    const request = trainingJob(folder, { shell, machines: 3 })
    await platform.jobs.start(request)
    const lines = await gather(platform.logs.follow(refOf(request)))
    for (const machine of ['algo-1', 'algo-2', 'algo-3']) {
      expect(texts(lines.filter((line) => line.machine === machine))).toEqual(
        Array.from({ length: 500 }, (_, index) => `line ${index}`),
      )
    }
  })
  say('lines know when they were written, and can be asked for from a moment on', async ({ platform, folder }) => {
    const request = trainingJob(folder, { shell: 'echo one; sleep 0.5; echo two' })
    await ranToEnd(platform, request)
    const [one, two] = await gather(platform.logs.follow(refOf(request)))
    expect((two?.atMs ?? 0) - (one?.atMs ?? 0)).toBeGreaterThan(300)
    expect(texts(await gather(platform.logs.follow(refOf(request), { sinceMs: two?.atMs ?? 0 })))).toEqual(['two'])
  })
  say('what there is now can be read without waiting', async ({ platform, folder }) => {
    const request = trainingJob(folder, { shell: 'echo early; sleep 60' })
    await platform.jobs.start(request)
    while ((await gather(platform.logs.follow(refOf(request), { untilNow: true }))).length === 0)
      await new Promise((resolve) => setTimeout(resolve, 50))
    expect(texts(await gather(platform.logs.follow(refOf(request), { untilNow: true })))).toEqual(['early'])
    const stop = new AbortController()
    const following = gather(platform.logs.follow(refOf(request), { signal: stop.signal }))
    stop.abort(new Error('enough'))
    await expect(following).rejects.toThrow('enough')
    await platform.jobs.stop(refOf(request))
  })
  say('a line too long for one is cut into pieces and loses nothing', async ({ platform, folder }) => {
    const request = trainingJob(folder, { shell: 'head -c 700000 /dev/zero | tr "\\0" x; echo; echo after' })
    await ranToEnd(platform, request)
    const lines = texts(await gather(platform.logs.follow(refOf(request))))
    expect(lines.every((line) => line.length <= 262_144)).toBe(true)
    expect(lines.slice(0, -1).join('')).toBe('x'.repeat(700_000))
    expect(lines.at(-1)).toBe('after')
  })
  say('bytes that are no text, and carriage returns, harm nobody', async ({ platform, folder }) => {
    const request = trainingJob(folder, { shell: "printf 'a\\377b\\r\\n\\303\\244\\n'" })
    await ranToEnd(platform, request)
    expect(texts(await gather(platform.logs.follow(refOf(request))))).toEqual(['a\uFFFDb', 'ä'])
  })
}
