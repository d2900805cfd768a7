import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { setup } from '../../scripts/setup.mjs'
import { client, lostIn, orphanedIn, prepared } from './clients.ts'
import { diskAfter, readJournal, restore, type Change, type Disk } from './crash-model.ts'
import { inFull, random, report, sample } from './figures.ts'

/** At how many moments the computer stops; each leaves two possible disks. `SSM_CHAOS_CRASHES` for another number. */
const crashes = Number(process.env['SSM_CHAOS_CRASHES'] ?? (inFull ? 30 : 6))

beforeAll(setup, 180_000)

test(
  'after a crash of the computer at any moment, with every byte lost that was not synced, the same program ends well with whole results',
  { timeout: 1_200_000 },
  async () => {
    await using place = prepared()
    const journal = join(place.folder, 'journal')
    const folders = [place.root, join(place.folder, 'out')]
    const before = join(place.folder, 'before')
    cpSync(join(place.folder, 'out'), before, { recursive: true })
    const whole = await client(place, { program: 'record-changes.cjs', settings: { journal, below: place.folder } })
    expect(whole).toMatchObject({ code: 0 })
    await place.leftovers()
    const changes = readJournal(journal).filter(
      (change) => !('path' in change) || folders.some((folder) => change.path.startsWith(folder)),
    )
    expect(changes.length).toBeGreaterThan(100)
    const faults: { readonly lost: string[]; readonly orphaned: string[]; readonly stuck: string[] } = {
      lost: [],
      orphaned: [],
      stuck: [],
    }
    faults.lost.push(...reportedTooEarly(changes))
    const moments = sample(crashes - 1, changes.length, random())
    // The moment after the last change is when the user has read the result: that one always counts.
    for (const count of [...moments, changes.length]) {
      for (const disk of ['names', 'synced'] as const satisfies readonly Disk[]) {
        const where = (name: string): string => `${disk}, after ${count} of ${changes.length}: ${name}`
        restore(diskAfter(changes, count, disk), folders)
        startAgain(place.root)
        cpSync(before, join(place.folder, 'out'), { recursive: true })
        const again = await client(place)
        if (again.code !== 0) faults.stuck.push(where(`the program ended with ${again.code ?? again.signal}: ${again.output}`))
        faults.lost.push(...lostIn(place).map(where))
        faults.orphaned.push(...(await orphanedIn(place)).map(where))
      }
    }
    const { lost, orphaned, stuck } = faults
    report(
      `crashes of the computer, each with two possible disks, at ${moments.length + 1} of ${changes.length} changes`,
      { kills: 2 * (moments.length + 1), lost: lost.length, escaped: 0, orphaned: orphaned.length, stuck: stuck.length },
      [...lost, ...orphaned, ...stuck],
    )
  },
)

/** The computer starts again: the records of before are of an earlier start than this one. */
function startAgain(root: string): void {
  const jobs = join(root, 'jobs')
  for (const name of existsSync(jobs) ? readdirSync(jobs) : []) {
    const path = join(jobs, name, 'state.json')
    if (!existsSync(path)) continue
    const text = readFileSync(path, 'utf8')
    // A record that lost its bytes stays what it is.
    writeFileSync(path, text.replace(/"boot": "[^"]*"/, '"boot": "an earlier one"'))
  }
}

/** Ends of jobs that somebody could read, and act on, before they were on the disk; and what they replaced, which a crash then brings back. */
function reportedTooEarly(changes: readonly Change[]): readonly string[] {
  const ends = changes.flatMap((change, index) => (change.kind === 'moved' && change.to.endsWith('/state.json') ? [index] : []))
  const isOnDisk = (count: number): boolean => {
    const { names, bytes } = diskAfter(changes, count, 'names')
    const path = (changes[ends.at(-1) ?? 0] as { readonly to: string }).to
    const entry = names.get(path)
    return entry?.kind === 'file' && (bytes.get(entry.ino)?.length ?? 0) > 0
  }
  const last = ends.at(-1)
  if (last === undefined) return ['no end of a job was seen']
  return [
    ...(isOnDisk(last + 1) ? [] : ['the end of a job could be read before it was on the disk']),
    ...(isOnDisk(last) ? [] : ['what a job would end as was not on the disk when its end was told']),
  ]
}
