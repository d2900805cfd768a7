import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { isSsmError } from '@simple-sagemaker/core'
import { z } from 'zod'
import { ownCache, sandbox, type Sandbox } from './flow.ts'

ownCache()

const file = 'test/flows/programs/texts.ts'
const load = () => import('./programs/texts.ts')

/** What is called: items, the folder for its notes, and the items that kill the machine. */
type Mapped = (items: readonly number[], rest: [folder: string, deadly: number[]]) => Promise<readonly number[]>

const typescript = (place: Sandbox): Mapped => {
  const killing = place.project('p').task('k').function(load, 'killing', { file })
  return (items, rest) => killing.map(items, { machines: 4, rest })
}

const python = (place: Sandbox): Mapped => {
  const killing = place
    .project('p')
    .task('k')
    .pythonFunction('texts.py', 'killing', {
      args: z.tuple([z.number(), z.string(), z.array(z.number())]),
      result: z.number(),
      sourceDir: fileURLToPath(new URL('programs', import.meta.url)),
    })
  return (items, rest) => killing.map(items, { machines: 4, rest })
}

const linesOf = (path: string): readonly string[] => readFileSync(path, 'utf8').trim().split('\n')

/** The call of a line; none for one that a killed machine left unfinished. */
const callIn = (line: string): readonly number[] => (line.endsWith('}') ? [Number(/"call": ?(\d+)/.exec(line)?.[1])] : [])

test.each([
  { what: 'a module', mappedIn: typescript, many: 1000, deadly: [3, 150, 301, 422, 503, 600, 715, 850, 921, 998] },
  { what: 'a Python file', mappedIn: python, many: 300, deadly: [3, 121, 202, 298] },
])(
  'of many items of a function of $what on 4 machines that are killed none is lost, and none that ended is called again',
  { timeout: 300_000 },
  async ({ mappedIn, many, deadly }) => {
    await using place = sandbox()
    const items = Array.from({ length: many }, (_, index) => index)
    const notes = join(place.folder, 'notes')
    mkdirSync(notes)
    const map = mappedIn(place)
    let kills = 0
    const mapped = async (): Promise<readonly number[]> => {
      try {
        return await map(items, [notes, deadly])
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
