import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe } from 'vitest'
import { local } from '../../packages/core/src/local/index.ts'
import { imagesContract } from './images.ts'
import { jobsContract } from './jobs.ts'
import { logsContract } from './logs.ts'
import { objectsContract } from './objects.ts'
import { rolesContract } from './roles.ts'

const root = mkdtempSync(join(tmpdir(), 'ssm-contract-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const room = { open: async () => local({ root, stopGraceSeconds: 1, syncSeconds: 0.2 }) }

describe('the local platform’s objects', () => {
  objectsContract(room)
})
describe('the local platform’s jobs', () => {
  jobsContract(room)
})
describe('the local platform’s logs', () => {
  logsContract(room)
})
describe('the local platform’s roles', () => {
  rolesContract(room)
})
describe('the local platform’s images', () => {
  imagesContract(room)
})
