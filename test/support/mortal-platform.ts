import { deferred } from '../../packages/core/src/lang/deferred.ts'
import type { Platform } from '../../packages/core/src/platform/platform.ts'
import type { Clock } from '../../packages/core/src/time/clock.ts'

/** A client of an account. */
export interface AccountClient {
  readonly platform: Platform
  readonly clock: Clock
  /** Resolves when the client is dead. */
  readonly death: Promise<'dead'>
}

/** What a client that dies has of its platform. */
export interface MortalPlatform extends Pick<AccountClient, 'platform' | 'death'> {
  /** One more call: never resolves when it was the last one. */
  readonly breath: () => Promise<void>
}

/** Pauses from here on are those of an account's own time. */
export const skippedFromMs = 1_000

/** A platform as a client sees it that dies after so many calls. */
export function mortalPlatform(shared: Platform, callsToLive: number): MortalPlatform {
  let left = callsToLive
  const { promise: death, resolve: die } = deferred<'dead'>()
  const breath = async (): Promise<void> => {
    left -= 1
    if (left >= 0) return
    die('dead')
    await new Promise<never>(() => undefined)
  }
  const { objects, jobs } = shared
  const platform: Platform = {
    ...shared,
    objects: {
      ...objects,
      write: async (...args) => (await breath(), objects.write(...args)),
      find: async (...args) => (await breath(), objects.find(...args)),
    },
    jobs: {
      ...jobs,
      // Both sides: a client can die before its request arrives, and before the answer does.
      start: async (...args) => (await breath(), await jobs.start(...args), breath()),
      stop: async (...args) => (await breath(), await jobs.stop(...args), breath()),
      describe: async (...args) => (await breath(), jobs.describe(...args)),
      async *watch(...args) {
        for await (const state of jobs.watch(...args)) {
          await breath()
          yield state
        }
      },
    },
  }
  return { platform, breath, death }
}
