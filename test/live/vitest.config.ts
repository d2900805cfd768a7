import { defineConfig } from 'vitest/config'

const conditions = ['ssm-source', 'node', 'development|production']

/** The live suite alone, one test after the other: `SSM_LIVE=1 npx vitest run --config test/live/vitest.config.ts`. */
export default defineConfig({
  resolve: { conditions: ['ssm-source'] },
  ssr: { resolve: { conditions } },
  test: { include: ['test/live/**/*.test.ts'], fileParallelism: false },
})
