import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, expect, test, vi } from 'vitest'
import { temporaryDirectory } from '../../files/temporary.ts'
import { identityOf, livenessOf, ownIdentity, pidOf, processPlace, signal, viewByPrograms, type ProcessView } from './identity.ts'

afterEach(() => vi.unstubAllEnvs())

// A world of computers and containers: each counts its own processes, and uses their numbers again.
interface Born {
  readonly identity: string
  readonly place: number
  readonly pid: number
}
const places = 3
const pids = 4
const act = fc.record({
  place: fc.nat(places - 1),
  pid: fc.nat(pids - 1),
  does: fc.constantFrom('start', 'end', 'end and start'),
})

test('a process is never taken for gone by those who cannot see it, nor for another one by those who can', () => {
  fc.assert(
    fc.property(fc.array(act, { maxLength: 60 }), (acts) => {
      const running = Array.from({ length: places }, () => new Map<number, string>())
      const viewOf = (place: number): ProcessView => ({
        place: `place-${place}`,
        startOf: (pid) => running[place]?.get(pid),
        hides: () => false,
      })
      const born: Born[] = []
      for (const [time, { place, pid, does }] of acts.entries()) {
        if (does !== 'start') running[place]?.delete(pid)
        if (does === 'end' || running[place]?.has(pid) === true) continue
        // Two computers may well start processes at the same moment of their own clocks.
        running[place]?.set(pid, String(Math.floor(time / places)) + (does === 'start' ? '' : 'b'))
        const identity = identityOf(pid, viewOf(place))
        if (identity !== undefined) born.push({ identity, place, pid })
      }
      for (const { identity, place, pid } of born) {
        const lives = identityOf(pid, viewOf(place)) === identity
        for (let at = 0; at < places; at += 1) {
          expect(livenessOf(identity, viewOf(at))).toBe(at !== place ? 'unknown' : lives ? 'alive' : 'gone')
        }
      }
    }),
  )
})

test('a process that may not be looked at is not taken for gone', () => {
  const view: ProcessView = { place: 'here', startOf: () => undefined, hides: (pid) => pid === 7 }
  expect(livenessOf('7.1@here', view)).toBe('unknown')
  expect(livenessOf('8.1@here', view)).toBe('gone')
})

test('this process is alive, its number with another start is gone, and one that names no place is unknown', () => {
  expect(pidOf(ownIdentity())).toBe(process.pid)
  expect(livenessOf(ownIdentity())).toBe('alive')
  expect(livenessOf(`${process.pid}.1@${processPlace(ownIdentity())}`)).toBe('gone')
  expect(livenessOf(`${process.pid}.1`)).toBe('unknown')
})

/** What a computer without /proc says of its processes: programs of these texts are all that is found there. */
async function elsewhere<T>(programs: Readonly<Record<string, string>>, look: (view: ProcessView) => T): Promise<T> {
  await using folder = await temporaryDirectory()
  for (const [name, text] of Object.entries(programs)) {
    writeFileSync(join(folder.path, name), `#!/bin/sh\n${text}\n`)
    chmodSync(join(folder.path, name), 0o755)
  }
  vi.stubEnv('PATH', folder.path)
  return look(viewByPrograms())
}

test.each([
  ['Ss+  Fri Nov 27 09:40:33 2026', '7.Fri-Nov-27-09-40-33-2026'],
  ['Z    Fri Nov 27 09:40:33 2026', undefined],
  ['', undefined],
])('without /proc a process is known by what ps says of its start: "%s"', async (says, identity) => {
  const found = await elsewhere({ ps: `echo '${says}'` }, (view) => identityOf(7, view))
  expect(found?.split('@')[0]).toBe(identity)
})

test('without /proc two boots of a computer are two places, whichever of its names the boot has', async () => {
  const placeOf = (sysctl: string): Promise<string> => elsewhere({ sysctl }, ({ place }) => place)
  const byName = (name: string, value: string): string => `[ "$2" = ${name} ] && echo ${value}`
  const boots = [byName('kern.bootsessionuuid', 'a'), byName('kern.bootsessionuuid', 'b'), byName('kern.boottime', 'c'), 'exit 1']
  const places: string[] = []
  for (const boot of boots) places.push(await placeOf(boot))
  expect(new Set(places).size).toBe(4)
  expect(await placeOf(byName('kern.boottime', 'c'))).toBe(places[2])
  expect(await elsewhere({}, (view) => identityOf(7, view))).toBeUndefined()
})

test('a signal to a process that is gone is quiet, and one that does not exist is told', () => {
  const gone = 2 ** 22 + 1
  for (const to of ['process', 'group'] as const) expect(() => signal(gone, 'SIGTERM', to)).not.toThrow()
  expect(() => signal(process.pid, 'SIGNOTHING' as never)).toThrow(/SIGNOTHING/)
})
