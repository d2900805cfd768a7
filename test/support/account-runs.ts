import type { AccountClient } from './mortal-platform.ts'
import type { MoneySettings } from '../../packages/core/src/cost/settings.ts'
import { openRunner } from '../../packages/core/src/run/open-runner.ts'
import type { TaskResult } from '../../packages/core/src/run/results/task-result.ts'
import type { RunEvent } from '../../packages/core/src/events/run-event.ts'
import type { JobRecord } from '../../packages/core/src/spec/result.ts'
import type { TaskSpec } from '../../packages/core/src/spec/task-spec.ts'
import type { SpotAccount } from './spot-account.ts'

/** Runs the task as this client; what became of it, or that the client died. */
export async function runWith(
  client: AccountClient,
  spec: TaskSpec,
  onEvent: (event: RunEvent) => void = () => undefined,
): Promise<TaskResult | 'failed' | 'dead'> {
  return (await endOfRun(client, spec, onEvent)).outcome
}

/** As `runWith`, with what the run failed with. */
export async function endOfRun(
  client: AccountClient,
  spec: TaskSpec,
  onEvent: (event: RunEvent) => void = () => undefined,
  money?: MoneySettings,
): Promise<{ readonly outcome: TaskResult | 'failed' | 'dead'; readonly error?: unknown }> {
  const runner = openRunner({ forTask: async () => client.platform }, client.clock, money)
  const run = runner
    .run(spec, { onEvent }, (error) => error)
    .then(
      (outcome) => ({ outcome }),
      (error: unknown) => ({ outcome: 'failed' as const, error }),
    )
  return Promise.race([run, client.death.then((outcome) => ({ outcome }))])
}

/** What is stored with each job of the account, in the order in which they were started. */
export function recordsOf({ started, objects }: SpotAccount): readonly JobRecord[] {
  return started.map(({ name }) => {
    const [, bytes] = [...objects.bytes].find(([uri]) => uri.endsWith(`/${name}/task.json`)) ?? []
    return JSON.parse(bytes?.toString() ?? '{}') as JobRecord
  })
}
