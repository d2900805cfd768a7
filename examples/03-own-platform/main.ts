/** Checks the platform: npm run example 03-own-platform. A check that fails is an error. */
import { test } from 'node:test'
import { checks } from './checks.ts'

for (const { topic, name, skip, run } of checks) {
  void test(`${topic}: ${name}`, { skip: skip ?? false, timeout: 60_000 }, run)
}
