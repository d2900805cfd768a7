import { PlatformError } from '../platform/errors.ts'
import type { AwsOperation } from './translate.ts'

/** Gives a page's continuation token on, once: a service that names the same page again would be asked for ever. */
export function freshTokens({ action, resource }: AwsOperation): (token: string | undefined) => string | undefined {
  const seen = new Set<string>()
  return (token) => {
    if (token === undefined) return undefined
    if (seen.has(token)) {
      throw new PlatformError('PLATFORM_REFUSED', `The service gave the same continuation token twice for ${action}.`, {
        facts: { action, ...(resource === undefined ? {} : { resource }), pages: seen.size },
        hint: 'Run again. If it happens again, the service at this endpoint (AWS_ENDPOINT_URL) is faulty.',
      })
    }
    seen.add(token)
    return token
  }
}
