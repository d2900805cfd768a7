import type { Abortable } from '../../platform/abortable.ts'
import { openMoney } from '../../run/money/open-money.ts'
import { writeReport } from '../../run/report/report-page.ts'
import type { Runner } from '../../run/runner.ts'
import type { Trial } from '../found.ts'
import type { SearchPlan } from '../plan.ts'
import { valuesKey, type Choice, type Space } from '../space.ts'
import { bestOf } from '../stored.ts'
import { reportOfSearches } from './report-of.ts'

/** Writes the page of a search that has just ended. */
export async function reportFound(
  { task: spec, over, goal }: SearchPlan,
  trials: readonly Trial[],
  runner: Runner,
  file: string,
  options: Abortable,
): Promise<void> {
  const { project, task, prefix, bucket } = spec
  const platform = await runner.platformOf(spec)
  const money = runner.prices === undefined ? undefined : await openMoney({ prices: runner.prices }, platform)
  const place = { platform, project, task, prefix, ...(bucket === undefined ? {} : { bucket }) }
  const space = over.kind === 'space' ? over.space : spaceOf(trials)
  const best = goal === undefined ? undefined : bestOf(trials, goal)?.number
  await writeReport(
    await reportOfSearches(place, [{ task, goal, space, trials, best }], [], { ...options, money }),
    file,
    options,
  )
}

/** What variants by hand were tried with: each hyperparameter is one of the values that it had. */
function spaceOf(trials: readonly Trial[]): Space {
  const names = [...new Set(trials.flatMap(({ hyperparameters }) => Object.keys(hyperparameters)))]
  return Object.fromEntries(
    names.map((name): readonly [string, Choice] => {
      const given = trials.flatMap(({ hyperparameters: { [name]: value } }) => (value === undefined ? [] : [value]))
      const values = new Map(given.map((value) => [valuesKey({ value }), value]))
      return [name, { kind: 'choice', values: [...values.values()] }]
    }),
  )
}
