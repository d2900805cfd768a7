import { expect, test } from 'vitest'
import { isWithoutMachines, isWithoutProgram, waitedMs } from './waiting.ts'

const at = (...names: readonly string[]) => ({
  phase: names.at(-1) ?? '',
  phases: names.map((name, index) => ({
    name,
    startedAtMs: index * 1_000,
    ...(index < names.length - 1 ? { endedAtMs: (index + 1) * 1_000 } : {}),
  })),
})

test.each([
  // Machines or not, and whether no program has begun; older names of phases mean what they meant.
  [['Starting'], true, true],
  [['Pending'], true, true],
  [['LaunchingMLInstances'], true, true],
  [['PreparingTrainingStack'], true, true],
  [['Starting', 'Downloading'], false, true],
  [['PreparingTrainingStack', 'DownloadingTrainingImage'], false, true],
  [['Starting', 'Training'], false, false],
  [['Training', 'Interrupted'], true, true],
  [['Training', 'Restarting'], true, true],
  [['Training', 'Updating'], false, false],
  [['Starting', 'Stopping', 'Stopped'], true, true],
  [['Starting', 'Training', 'Stopping', 'MaxRuntimeExceeded'], false, false],
  [['Starting', 'Processing'], false, false],
] as const)('a job in %j: without machines %s, without a program %s', (names, machines, program) => {
  expect([isWithoutMachines(at(...names)), isWithoutProgram(at(...names))]).toEqual([machines, program])
})

test('what is waited is the time in all phases without machines', () => {
  const state = { ...at('LaunchingMLInstances', 'PreparingTrainingStack', 'Training', 'Interrupted', 'Training'), createdAtMs: 0 }
  expect(waitedMs(state, 9_000)).toBe(3_000)
})
