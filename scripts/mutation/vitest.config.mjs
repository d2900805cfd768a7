import { readFileSync } from 'node:fs'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

// Stryker runs the tests in a copy of the clone whose node_modules lead back into the clone: there core would be loaded a second time, as it is
// without the changes, and neither copy knows the other's classes.
const core = new URL('../../packages/core/', import.meta.url)
const { exports } = JSON.parse(readFileSync(new URL('package.json', core), 'utf8'))
const alias = Object.entries(exports)
  .filter(([, target]) => target['ssm-source'] !== undefined)
  .map(([name, target]) => ({
    find: new RegExp(`^@simple-sagemaker/core${name.slice(1)}$`),
    replacement: fileURLToPath(new URL(target['ssm-source'], core)),
  }))

export default defineConfig({
  resolve: { conditions: ['ssm-source'], alias },
  ssr: { resolve: { conditions: ['ssm-source', 'node', 'development|production'] } },
  test: { include: (process.env['SSM_MUTATION'] ?? '').split(' '), isolate: false, testTimeout: 30_000 },
})
