import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { local } from '../../packages/core/src/local/index.ts'
import { testPlatform } from './contract.ts'

const root = mkdtempSync(join(tmpdir(), 'ssm-contract-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

testPlatform('the local platform', { open: async () => local({ root, stopGraceSeconds: 1, syncSeconds: 0.2 }) })
