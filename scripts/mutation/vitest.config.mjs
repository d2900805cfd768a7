import process from 'node:process'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  resolve: { conditions: ['ssm-source'] },
  ssr: { resolve: { conditions: ['ssm-source', 'node', 'development|production'] } },
  test: { include: (process.env['SSM_MUTATION'] ?? '').split(' '), isolate: false, testTimeout: 30_000 },
})
