import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { isSsmError } from '@simple-sagemaker/core'
import { ownCache, sandbox } from './flow.ts'

ownCache()

const file = 'test/flows/programs/texts.ts'
const load = () => import('./programs/texts.ts')
const items = Array.from({ length: 1000 }, (_, index) => index)
const deadly = [3, 150, 301, 422, 503, 600, 715, 850, 921, 998]

const linesOf = (path: string): readonly string[] => readFileSync(path, 'utf8').trim().split('\n')

/** The call of a line; none for one that a killed machine left unfinished. */
const callIn = (line: string): readonly number[] => (line.endsWith('}') ? [Number(/"call":(\d+)/.exec(line)?.[1])] : [])

test(
  'of 1 000 items on 4 machines that are killed ten times none is lost, and none that ended is called again',
  { timeout: 300_000 },
  async () => {
    await using place = sandbox()
    const notes = join(place.folder, 'notes')
    mkdirSync(notes)
    const killing = place.project('p').task('k').function(load, 'killing', { file })
    let kills = 0
    const mapped = async (): Promise<readonly number[]> => {
      try {
        return await killing.map(items, { machines: 4, rest: [notes, deadly] })
      } catch (error) {
        if (!isSsmError(error, 'JOB_FAILED') || kills === deadly.length) throw error
        kills += 1
        return mapped()
      }
    }
    expect(await mapped()).toEqual(items.map((item) => item * 2))
    const killed = readdirSync(notes).filter((name) => name.startsWith('killed-'))
    expect(killed).toHaveLength(deadly.length)
    // Each item has one end, on whichever machine: one that was called again after it had ended would have two.
    const kept = place.objects().filter((path) => path.endsWith('/ended-calls.jsonl'))
    const ends = kept.flatMap((path) => linesOf(join(place.root, 's3', path)).flatMap(callIn))
    expect(ends.toSorted((a, b) => a - b)).toEqual(items)
    // A job that fails interrupts one item of each machine at most.
    const starts = linesOf(join(notes, 'starts'))
    expect(new Set(starts.map(Number))).toEqual(new Set(items))
    expect(starts.length).toBeLessThanOrEqual(items.length + kills * 4)
  },
)
