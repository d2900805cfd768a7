import { isError } from '../lang/realms.ts'
import type { BucketProtection } from './objects/bucket/protection.ts'

/** Things worth telling that are neither a result nor an error. Plain data; the library never prints. */
export type AwsNotice =
  | {
      readonly type: 'image-unpatched'
      /** The image's URI. */
      readonly image: string
      /** When its version got its last security fixes. */
      readonly sinceDate: string
      /** What it means, as a sentence. */
      readonly message: string
    }
  | {
      readonly type: 'image-elsewhere'
      /** The image's URI. */
      readonly image: string
      /** What it means, as a sentence. */
      readonly message: string
    }
  | {
      readonly type: 'credentials-expired'
      /** What it means, as a sentence. */
      readonly message: string
    }
  | {
      readonly type: 'bucket-created'
      /** The bucket's name. */
      readonly bucket: string
      /** What could not be set on it, and why; empty when public access is blocked, and encryption and TLS are asked for. */
      readonly withoutProtection: readonly {
        /** The protection. */
        readonly what: BucketProtection
        /** Why it could not be set. */
        readonly message: string
      }[]
    }
  | {
      readonly type: 'role-changed'
      /** The role's name. */
      readonly role: string
      /** What was done to it. */
      readonly change: 'created' | 'widened'
    }
  | {
      readonly type: 'repository-created'
      /** The repository's name. */
      readonly repository: string
      /** What it means, as a sentence. */
      readonly message: string
    }
  | {
      readonly type: 'waiting'
      /** The service that does not answer. */
      readonly service: string
      /** For how long it has not answered. */
      readonly seconds: number
      /** What it means, as a sentence. */
      readonly message: string
    }
  | {
      readonly type: 'slowed-down'
      /** The call that AWS slowed down. */
      readonly action: string
      /** How many such calls are made in a second from now on. */
      readonly perSecond: number
    }

export type Notify = (notice: AwsNotice) => void

/** What happens when a service does not answer. */
export interface SilenceLimits {
  /** Milliseconds until it is told (notice `waiting`); default 10 000. */
  readonly tellAfterMs: number
  /** Milliseconds until a call to a service that answers nothing at all is given up at its next time-out; default 120 000. */
  readonly giveUpAfterMs: number
}

export const defaultSilenceLimits: SilenceLimits = { tellAfterMs: 10_000, giveUpAfterMs: 120_000 }

export interface AnswerHandler {
  handle(request: never, options?: never): Promise<unknown>
}

/**
 * Tells when a service has not answered for a while, once for each silence, and ends a call that waits for a service which has answered
 * nothing at all for long: without that, each attempt would wait for its own time-out. A request with a large body has longer.
 */
export function watchSilence(handler: AnswerHandler, service: string, notify: Notify, limits: SilenceLimits): void {
  const ask = handler.handle.bind(handler)
  let silentSinceMs: number | undefined
  let isReported = false
  handler.handle = async (request, options) => {
    const askedAtMs = performance.now()
    silentSinceMs ??= askedAtMs
    const timer = setTimeout(
      () => {
        if (isReported) return
        isReported = true
        const seconds = Math.round((performance.now() - (silentSinceMs ?? askedAtMs)) / 1000)
        notify({ type: 'waiting', service, seconds, message: `still waiting for ${service}: no answer for ${seconds} seconds` })
      },
      limits.tellAfterMs + sendingMs(request),
    )
    try {
      const answer = await ask(request, options)
      silentSinceMs = undefined
      isReported = false
      return answer
    } catch (cause) {
      const silentMs = performance.now() - (silentSinceMs ?? askedAtMs)
      // What was ended by its caller, or refused at once, says nothing about the service.
      if (isTimeout(cause) && silentMs >= limits.giveUpAfterMs) throw noAnswer(service, silentMs)
      if (!isTimeout(cause)) silentSinceMs = undefined
      throw cause
    } finally {
      clearTimeout(timer)
    }
  }
}

const isTimeout = (cause: unknown): boolean => isError(cause) && cause.name === 'TimeoutError'

/** Neither its name nor a cause is one that the SDK would try again for. */
const noAnswer = (service: string, silentMs: number): Error =>
  Object.assign(new Error(`${service} has not answered anything for ${Math.round(silentMs / 1000)} seconds`), {
    name: 'NoAnswerError',
  })

/** At 100 kB a second, which is slow. */
function sendingMs(request: { readonly headers?: Readonly<Record<string, string>> }): number {
  const bytes = Number(request.headers?.['content-length'] ?? 0)
  return Number.isFinite(bytes) ? bytes / 100 : 0
}
