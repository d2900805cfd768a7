import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe } from 'vitest'
import { localMachines } from '../support/aws/machines.ts'
import { noMoto } from '../support/aws/moto.ts'
import { awsOn, fastClock } from '../support/aws/aws-platform.ts'
import { startStandIn, type StandIn } from '../support/aws/stand-in.ts'
import { testPlatform } from './contract.ts'

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

const options = {
  open: async () => awsOn(standIn?.url ?? '', { clock: fastClock(20) }),
  skip: {
    'what a write gives back is what a look gives': 'S3 does not say on a write at what second it dates the object',
  },
}

describe.skipIf(noMoto)('on the stand-in', () => {
  testPlatform('AWS', options)
})
