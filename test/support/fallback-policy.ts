import { expect } from 'vitest'
import { placementsOf, type Placement } from '../../packages/core/src/spec/machines/placements.ts'
import type { RetrySpec } from '../../packages/core/src/spec/result.ts'
import type { SpotWait, TaskSpec } from '../../packages/core/src/spec/task-spec.ts'
import { recordsOf } from './account-runs.ts'
import { scriptedEnds as ends, spotAccount, type EndName as End, type SpotAccount } from './spot-account.ts'
import { taskOf } from './tasks.ts'

/** What a task says about its machines and attempts. */
export interface Choice {
  readonly types: readonly [string, ...string[]]
  readonly spotWait: SpotWait
  readonly retry?: RetrySpec
}

export const maxRunSeconds = 36_000

export function specWith({ types: [instanceType, ...fallbackTypes], spotWait, retry }: Choice): TaskSpec {
  const more = { ...(fallbackTypes.length === 0 ? {} : { fallbackTypes }), ...(retry === undefined ? {} : { retry }) }
  const maxWaitSeconds = maxRunSeconds + spotWait.seconds
  return { ...taskOf('train'), instanceType, ...more, spot: true, spotWait, maxRunSeconds, maxWaitSeconds }
}

/** On demand nobody waits for ever, and nothing is taken away. */
export const accountOf = (script: readonly End[]): SpotAccount => {
  let count = 0
  return spotAccount(({ isSpot }) => {
    const end = script[count] ?? script.at(-1) ?? 'completed'
    count += 1
    return ends[isSpot || !['waits', 'taken away'].includes(end) ? end : 'completed']
  })
}

/** The machines of each job that was started. */
export const askedFor = ({ started }: SpotAccount): readonly string[] =>
  started.map(({ instanceTypes, isSpot }) => `${instanceTypes.join(' or ')} ${isSpot ? 'spot' : 'on demand'}`)

/** What a run must do, worked out anew: the machines of each job. */
export function expectedJobs(script: readonly End[], choice: Choice): readonly Placement[] {
  const placements = placementsOf(specWith(choice))
  const { attempts = 1, on = [] } = choice.retry ?? {}
  const jobs: Placement[] = []
  let [index, tries, waited] = [0, 1, 0]
  for (const scripted of script) {
    const placement = placements[index] as Placement
    jobs.push(placement)
    const end = !placement.spot && ['waits', 'taken away'].includes(scripted) ? 'completed' : scripted
    if (end === 'completed' || end === 'exit 1') return jobs
    const share = Math.floor(
      (choice.spotWait.seconds - waited) / placements.filter((each, at) => each.spot && at >= index).length,
    )
    // A wait that ends before machines come, or before SageMaker says that there are none.
    const isWait = placement.spot && (end === 'waits' || end === 'taken away' || (end === 'refused' && share < 900))
    if (placement.spot) waited += isWait ? share : ends[end].waitSeconds
    const isOver = choice.spotWait.seconds - waited < 60
    const isAboutMachines = end !== 'exit 75'
    const next = placements.findIndex((each, at) => at > index && !(each.spot && isOver))
    if (isAboutMachines && next >= 0) {
      index = next
      continue
    }
    const cause = end === 'exit 75' ? end : end === 'taken away' ? 'interruption' : 'capacity'
    if (!on.includes(cause) || tries >= attempts || (placement.spot && isOver)) return jobs
    tries += 1
    if (cause === 'capacity' && placement.spot) index = 0
  }
  return jobs
}

export const named = ({ instanceTypes, spot }: Placement): string =>
  `${instanceTypes.join(' or ')} ${spot ? 'spot' : 'on demand'}`

/** What must hold of the jobs of an account, however many clients died over it: each is the one that follows from the one before. */
export function expectNothingTwice(account: SpotAccount): void {
  expect(account.mostAtOnce).toBeLessThanOrEqual(1)
  const numbers = recordsOf(account).map(({ attempt }) => attempt?.number ?? 0)
  for (const [index, number] of numbers.entries()) expect([1, (numbers[index - 1] ?? 0) + 1]).toContain(number)
}

/** The jobs of an account, parted where counting began anew. */
export function chainsOf(account: SpotAccount): readonly { readonly from: number; readonly machines: readonly string[] }[] {
  const numbers = recordsOf(account).map(({ attempt }) => attempt?.number ?? 0)
  const asked = askedFor(account)
  const starts = numbers.flatMap((number, index) => (number === 1 ? [index] : []))
  return starts.map((from, index) => ({ from, machines: asked.slice(from, starts[index + 1]) }))
}
