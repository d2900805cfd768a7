import type { Reporter, TestCase } from 'vitest/node'

/** Names the tests that passed only when they were tried again: each of them hides a race, in itself or in the code. */
export class SecondTry implements Reporter {
  readonly #names: string[] = []

  onTestCaseResult(test: TestCase): void {
    if (test.diagnostic()?.flaky === true) this.#names.push(`${test.module.relativeModuleId} > ${test.fullName}`)
  }

  onTestRunEnd(): void {
    for (const name of this.#names) console.log(`passed only when tried again: ${name}`)
  }
}
