import { BaseSequencer, type TestSpecification } from 'vitest/node'

// What takes half a minute and more on two cores, the longest first; files that mostly wait (for leases, servers, a registry) stand
// between those that compute. A long file that began last would leave one core idle until it ends.
export const longest: readonly string[] = [
  'test/slow/consumers.test.ts',
  'test/chaos/kills.test.ts',
  'packages/core/src/run/spot-fallback.slow.test.ts',
  'test/slow/type-consumers.test.ts',
  'test/chaos/shortages.test.ts',
  'test/slow/init.test.ts',
  'test/slow/peers.test.ts',
  'test/slow/mlflow.test.ts',
  'test/slow/site.test.ts',
  'test/chaos/crash.test.ts',
  'packages/core/src/run/rehearse/rehearse.slow.test.ts',
  'test/slow/examples.test.ts',
  'test/system/state-many.slow.test.ts',
  'test/slow/containers.test.ts',
  'test/chaos/races.test.ts',
  'test/slow/toolkit.test.ts',
  'test/slow/folders.test.ts',
  'test/slow/report.test.ts',
  'test/slow/python-types.test.ts',
  'test/flows/search-many.slow.test.ts',
  'packages/core/src/run/money/budget.slow.test.ts',
  'test/flows/wheels.slow.test.ts',
  'test/flows/guides.slow.test.ts',
  'packages/worker-toolkit/src/launcher-ends.slow.test.ts',
]

/** Test files in the order of `longest`; the others follow as vitest orders them, the large ones first. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number => {
      const index = longest.findIndex((path) => moduleId.endsWith(`/${path}`))
      return index < 0 ? longest.length : index
    }
    return (await super.sort(files)).toSorted((one, other) => place(one) - place(other))
  }
}
