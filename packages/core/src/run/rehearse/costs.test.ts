import { expect, test } from 'vitest'
import type { ProgramStart } from '../../platform/jobs.ts'
import { costsOf } from './costs.ts'
import { marksOf, type InterruptedRun, type PrintedLine } from './marks.ts'
import { momentsOf, randomFrom } from './moments.ts'

// Programs of 20 steps, of about a second each, whose clock is a number.
const steps = 20
const loading = 0.3

interface Habit {
  /** Saves after every so many steps. */
  readonly every?: number
  /** What it does at SIGTERM: saves the steps that it has done, or ends its step and saves then. */
  readonly atSignal?: 'saves' | 'ends its step'
  /** Prints a line for each step, and one at each start. */
  readonly isSilent?: boolean
  /** The file system does not tell when files are read. */
  readonly isReadingUnseen?: boolean
}

interface Played {
  readonly start: ProgramStart
  readonly lines: readonly PrintedLine[]
  readonly kept: number
  /** Work that was done before the signal and is not in what was kept. */
  readonly lost: number
}

/** One start of the program, from the steps that are done; `moment` is when its machines are taken away. */
function play(habit: Habit, random: () => number, done: number, atMs: number, moment = Number.POSITIVE_INFINITY): Played {
  const lines: PrintedLine[] = [{ atMs: atMs + 50, text: 'loading' }]
  const loaded = loading * (0.9 + 0.2 * random())
  let [now, step, kept, savedAt] = [loaded, done, done, undefined as number | undefined]
  const began = [now]
  for (; step < steps && now < moment; began.push(now)) {
    now += 0.9 + 0.2 * random()
    if (now > moment && habit.atSignal !== 'ends its step') break
    step += 1
    lines.push({ atMs: atMs + now * 1_000, text: `step ${step}` })
    if (habit.every === undefined || step % habit.every !== 0 || now > moment) continue
    ;[kept, savedAt] = [step, now]
  }
  const isTaken = moment < now
  if (isTaken && habit.atSignal !== undefined && moment > loaded) [kept, savedAt] = [step, Math.max(now, moment) + 0.01]
  const ended = isTaken ? Math.max(moment, savedAt ?? 0) + 0.02 : now
  const start: ProgramStart = {
    startedAtMs: atMs,
    endedAtMs: atMs + ended * 1_000,
    givenFiles: done > 0 ? 1 : 0,
    ...(isTaken ? { takenAtMs: atMs + moment * 1_000 } : {}),
    ...(savedAt === undefined ? {} : { savedAtMs: atMs + savedAt * 1_000 }),
    ...(isTaken && savedAt !== undefined ? { isSavedAfterSignal: savedAt > moment } : {}),
    ...(done === 0 || habit.isReadingUnseen === true
      ? {}
      : moment < loaded
        ? { isStateRead: false }
        : { isStateRead: true, stateReadAtMs: atMs + loaded * 1_000 }),
  }
  const again = began[kept - done] ?? Number.POSITIVE_INFINITY
  return { start, lines: habit.isSilent === true ? [] : lines, kept, lost: isTaken ? Math.max(0, moment - again) : 0 }
}

/** So many interruptions of the program, and what they really lost, in the mean. */
function rehearsed(habit: Habit, seed: number) {
  const random = randomFrom(seed)
  const alone = play(habit, random, 0, 0)
  const seconds = alone.start.endedAtMs / 1_000
  const runs: InterruptedRun[] = []
  let [count, lost] = [0, 0]
  while (count < 50) {
    const moments = momentsOf(random, 50 - count, seconds)
    const parts: Played[] = []
    let [done, atMs] = [0, 1_000_000]
    do {
      const part = play(habit, random, done, atMs, moments[parts.length])
      parts.push(part)
      lost += part.lost
      ;[done, atMs] = [part.kept, part.start.endedAtMs + 1_000]
    } while (parts.at(-1)?.start.takenAtMs !== undefined)
    count += parts.length - 1
    runs.push({ starts: parts.map(({ start }) => start), lines: parts.flatMap(({ lines }) => lines), differs: [] })
  }
  const found = costsOf({ seconds, marks: marksOf(alone.start, alone.lines) }, runs)
  return { found, observed: lost / count, count }
}

test.each<readonly [string, Habit]>([
  ['saves every step', { every: 1 }],
  ['saves every fourth step', { every: 4 }],
  ['saves every tenth step', { every: 10 }],
  ['saves every fourth step, where reading is not seen', { every: 4, isReadingUnseen: true }],
  ['saves only at SIGTERM', { atSignal: 'saves' }],
  ['saves every fourth step and at SIGTERM', { every: 4, atSignal: 'saves' }],
])('the work that a certificate says is lost is within 20 %% of what is done twice: it %s', (_, habit) => {
  for (let seed = 1; seed <= 10; seed++) {
    const { found, observed, count } = rehearsed(habit, seed)
    expect(found.interruptions).toBe(count)
    expect(Math.abs(found.workLost.meanSeconds - observed) / observed, `seed ${seed}`).toBeLessThan(0.2)
  }
})

test('a program that ends its step at SIGTERM before it saves loses nothing', () => {
  for (let seed = 1; seed <= 10; seed++)
    expect(rehearsed({ atSignal: 'ends its step' }, seed).found.workLost.meanSeconds).toBeLessThan(0.1)
})

test('where a program that saves at SIGTERM prints nothing, its whole runs are compared', () => {
  const means = Array.from({ length: 20 }, (_, seed) => rehearsed({ atSignal: 'saves', isSilent: true }, seed + 1))
  const mean = (of: (each: (typeof means)[number]) => number) => means.reduce((sum, each) => sum + of(each), 0) / means.length
  const [predicted, observed] = [mean(({ found }) => found.workLost.meanSeconds), mean((each) => each.observed)]
  expect(Math.abs(predicted - observed) / observed).toBeLessThan(0.2)
})
