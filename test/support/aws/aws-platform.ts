import { aws, type AwsOptions } from '@simple-sagemaker/core/aws'
import { afterAll, beforeAll, beforeEach } from 'vitest'
import type { Platform } from '../../../packages/core/src/platform/platform.ts'
import { systemClock, type Clock } from '../../../packages/core/src/time/clock.ts'
import { noMoto } from './moto.ts'
import { startStandIn, type StandIn } from './stand-in.ts'

/** A stand-in for the tests of one file: started before them, emptied before each, stopped after them. */
export function useStandIn(): () => StandIn {
  let standIn: StandIn | undefined
  beforeAll(async () => {
    if (noMoto === undefined) standIn = await startStandIn()
  }, 60_000)
  beforeEach(async () => standIn?.reset())
  afterAll(async () => standIn?.[Symbol.asyncDispose]())
  return () => {
    if (standIn === undefined) throw new Error(noMoto)
    return standIn
  }
}

export const testRegion = 'us-east-1'
export const testKeys = { accessKeyId: 'AKIATEST', secretAccessKey: 'test' }

/** The AWS platform pointed at a stand-in. The caller disposes it. */
export function awsOn(url: string, options: AwsOptions = {}): Platform {
  return aws({ endpoint: url, region: testRegion, credentials: testKeys, ...options })
}

/** A clock that runs faster than the world: pauses of seconds take a fraction. */
export function fastClock(times: number): Clock {
  const startMs = Date.now()
  return {
    now: () => startMs + (Date.now() - startMs) * times,
    sleep: (ms, signal) => systemClock.sleep(ms / times, signal),
  }
}
