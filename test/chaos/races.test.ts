import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { sandbox } from '../system/sandbox.ts'
import { until } from '../flows/flow.ts'
import { inFull, report } from './figures.ts'

const rounds = inFull ? 100 : 50
const racers = [0, 1, 2]

test('three processes that start one task at once: always one job, and all get its result', { timeout: 300_000 }, async () => {
  await using place = sandbox()
  const program = fileURLToPath(new URL('../flows/programs/race.ts', import.meta.url))
  const running = racers.map(() => place.start(program, String(rounds)))
  const decided: string[] = []
  for (let round = 0; round < rounds; round++) {
    const before = place.jobs(`t${round % 10}`)
    place.file(`go-${round}`, '')
    await until(() => running.every((racer) => racer.answers().length > round || /Error/.test(racer.output())))
    const answers = running.map((racer) => racer.answers()[round])
    if (answers[0]?.job === undefined) throw new Error(running.map((racer) => racer.output()).join('\n'))
    expect(new Set(answers.map((answer) => answer?.job))).toEqual(new Set([answers[0]?.job]))
    const kinds = answers.map((answer) => answer?.decided ?? 'nothing').sort()
    expect(['join,join,start', 'join,skip,start', 'skip,skip,start']).toContain(kinds.join(','))
    decided.push(...kinds)
    expect(place.jobs(`t${round % 10}`).filter((job) => !before.includes(job))).toEqual([answers[0]?.job])
  }
  for (const racer of running) expect((await racer.ended).end).toBe(0)
  // Most losers join while the job runs; one that comes very late finds it done.
  expect(decided.filter((kind) => kind === 'join').length).toBeGreaterThan(rounds / 2)
  const orphaned = await place.leftovers()
  report(
    'three clients that start one task at once',
    { races: rounds, lost: 0, escaped: 0, orphaned: orphaned.length, stuck: 0 },
    orphaned,
  )
})
