import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe } from 'vitest'
import { localMachines } from '../support/aws/machines.ts'
import { noMoto } from '../support/aws/moto.ts'
import { awsOn, fastClock } from '../support/aws/aws-platform.ts'
import { startStandIn, type StandIn } from '../support/aws/stand-in.ts'
import { imagesContract } from './images.ts'
import { jobsContract } from './jobs.ts'
import { logsContract } from './logs.ts'
import { objectsContract } from './objects.ts'
import { rolesContract } from './roles.ts'

let standIn: StandIn | undefined
// What is skipped cleans nothing up.
const root = noMoto === undefined ? mkdtempSync(join(tmpdir(), 'ssm-contract-aws-')) : ''
beforeAll(async () => {
  if (noMoto !== undefined) return
  standIn = await startStandIn()
  standIn.machines = localMachines(standIn, root)
}, 60_000)
afterAll(async () => {
  await standIn?.[Symbol.asyncDispose]()
  rmSync(root, { recursive: true, force: true })
})

const room = {
  open: async () => awsOn(standIn?.url ?? '', { clock: fastClock(20) }),
  timeoutMs: 60_000,
  skip: {
    'what a write gives back is what a look gives': 'S3 does not say on a write at what second it dates the object',
  },
}

describe.skipIf(noMoto)('the objects of AWS', () => {
  objectsContract(room)
})
describe.skipIf(noMoto)('the jobs of AWS', () => {
  jobsContract(room)
})
describe.skipIf(noMoto)('the logs of AWS', () => {
  logsContract(room)
})
describe.skipIf(noMoto)('the roles of AWS', () => {
  rolesContract(room)
})
describe.skipIf(noMoto)('the images of AWS', () => {
  imagesContract(room)
})
