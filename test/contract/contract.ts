import { platformChecks, type PlatformCheck, type PlatformCheckOptions } from '@simple-sagemaker/core/testing'
import { describe, test } from 'vitest'

/** Registers all checks that `@simple-sagemaker/core/testing` exports as tests of vitest. */
export function testPlatform(name: string, options: PlatformCheckOptions, timeoutMs = 120_000): void {
  register(name, platformChecks(options), timeoutMs)
}

/** Registers these checks. */
export function register(platform: string, checks: readonly PlatformCheck[], timeoutMs = 120_000): void {
  for (const topic of new Set(checks.map((check) => check.topic))) {
    describe(`the ${topic} of ${platform}`, () => {
      for (const { name, skip, run } of checks.filter((check) => check.topic === topic)) {
        test(name, { timeout: timeoutMs }, (context) => (skip === undefined ? run() : context.skip(skip)))
      }
    })
  }
}
