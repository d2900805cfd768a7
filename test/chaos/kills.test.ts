import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { setup } from '../../scripts/setup.mjs'
import { client, lostIn, orphanedIn, prepared } from './clients.ts'
import { eachAtOnce, inFull, random, report, sample } from './figures.ts'

/** How many kills of each kind of process; `SSM_CHAOS_KILLS` for another number. */
const killsEach = Number(process.env['SSM_CHAOS_KILLS'] ?? (inFull ? 125 : 16))

beforeAll(setup, 180_000)

/** How many changes of the file system a process makes when nobody kills it. */
async function changesOf(program: string): Promise<number> {
  await using place = prepared()
  const counts = join(place.folder, 'counts')
  const ended = await client(place, { program: 'kill-at.cjs', settings: { program, counts } })
  expect(ended).toMatchObject({ code: 0 })
  await place.leftovers()
  return Number(readFileSync(counts, 'utf8'))
}

interface Trial {
  readonly killed: boolean
  readonly lost: readonly string[]
  readonly orphaned: readonly string[]
  readonly stuck: readonly string[]
}

/** Kills one process at its n-th change, runs the same program again, and looks at what there is. */
async function trial(program: string, at: number): Promise<Trial> {
  await using place = prepared()
  const first = await client(place, { program: 'kill-at.cjs', settings: { program, at } })
  const again = await client(place)
  const where = (name: string): string => `${program} at ${at}: ${name}`
  return {
    killed: program !== 'client' || first.signal === 'SIGKILL',
    lost: lostIn(place).map(where),
    orphaned: (await orphanedIn(place)).map(where),
    stuck: again.code === 0 ? [] : [where(`the same program ended with ${again.code ?? again.signal}: ${again.output}`)],
  }
}

test.each(['client', 'supervisor'])(
  'a %s killed at any change of the file system loses nothing, and the same program run again ends well',
  { timeout: 1_200_000 },
  async (program) => {
    const most = await changesOf(program)
    expect(most).toBeGreaterThan(20)
    const points = sample(killsEach, most, random())
    const trials: Trial[] = []
    await eachAtOnce(points, async (at) => void trials.push(await trial(program, at)))
    const all = (name: 'lost' | 'orphaned' | 'stuck'): readonly string[] => trials.flatMap((one) => one[name])
    const kills = trials.filter(({ killed }) => killed).length
    expect(kills).toBeGreaterThanOrEqual(points.length * 0.9)
    report(
      `${program}s killed at any of their ${most} changes of the file system`,
      { kills, lost: all('lost').length, escaped: 0, orphaned: all('orphaned').length, stuck: all('stuck').length },
      [...all('lost'), ...all('orphaned'), ...all('stuck')],
    )
  },
)
