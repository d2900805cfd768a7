import { isSsmError } from '../../errors/ssm-error.ts'
import type { ObjectUri } from '../../names/object-uri.ts'
import { growingPauses } from '../../time/backoff.ts'
import type { RunContext } from '../context.ts'
import { readSmall } from './history.ts'

/** The right to start a task's next job. */
export interface Lease {
  /**
   * Ends quietly while the lease is still ours.
   * @throws {LeaseLost} when somebody else took it over: this client was silent for too long, asleep or cut off.
   */
  confirm(): Promise<void>
}

/** Somebody else took the lease over. What was to be done with it must be decided again. */
export class LeaseLost extends Error {}

interface HeldLease extends Lease {
  release(): Promise<void>
}

/**
 * Does `work` while holding a task's lease: one object, written only if absent. Whoever finds it held waits. A holder
 * that fell silent — its object did not change for the platform's span, by the waiter's own clock — is taken over.
 */
export async function withLease<Value>(
  uri: ObjectUri,
  context: RunContext,
  work: (lease: Lease) => Promise<Value>,
): Promise<Value> {
  const lease = await takeLease(uri, context)
  try {
    return await work(lease)
  } finally {
    // What was done is done: a lease that cannot be given back runs out by itself.
    await lease.release().catch(() => undefined)
  }
}

async function takeLease(uri: ObjectUri, context: RunContext): Promise<HeldLease> {
  const owner = crypto.randomUUID()
  const pauses = growingPauses(20, 500)
  let seen: { readonly etag: string; readonly sinceMs: number } | undefined
  for (let told = false; ;) {
    context.signal.throwIfAborted()
    const etag = await tryWrite(uri, owner, seen, context)
    if (etag !== undefined) return keepLease(uri, owner, etag, context)
    if (!told) context.tell({ type: 'waited-for-starter' })
    told = true
    const stored = await context.platform.objects.find(uri, { signal: context.signal })
    if (stored === undefined) seen = undefined
    else if (stored.etag !== seen?.etag) seen = { etag: stored.etag, sinceMs: context.clock.now() }
    await context.clock.sleep(pauses.next().value, context.signal)
  }
}

async function tryWrite(
  uri: ObjectUri,
  owner: string,
  seen: { readonly etag: string; readonly sinceMs: number } | undefined,
  context: RunContext,
): Promise<string | undefined> {
  const isSilent = seen !== undefined && context.clock.now() - seen.sinceMs > context.platform.abilities.leaseSilenceMs
  const onlyIf = isSilent ? { etag: seen.etag } : 'absent'
  return writeLease(uri, owner, onlyIf, context)
}

async function writeLease(
  uri: ObjectUri,
  owner: string,
  onlyIf: 'absent' | { readonly etag: string },
  context: RunContext,
): Promise<string | undefined> {
  try {
    const bytes = Buffer.from(JSON.stringify({ owner, atMs: context.clock.now(), beat: crypto.randomUUID() }))
    return (await context.platform.objects.write(uri, { kind: 'bytes', bytes }, { onlyIf, signal: context.signal })).etag
  } catch (cause) {
    if (isSsmError(cause, 'OBJECT_CHANGED')) return undefined
    throw cause
  }
}

/** Rewrites the lease now and then, so that nobody takes its holder for dead, until it is released. */
function keepLease(uri: ObjectUri, owner: string, first: string, context: RunContext): HeldLease {
  const done = new AbortController()
  const isOurs = async (): Promise<boolean> => (await readSmall(uri, context.platform, {}))?.includes(owner) === true
  const beats = (async (): Promise<void> => {
    let etag: string | undefined = first
    while (etag !== undefined) {
      await context.clock.sleep(context.platform.abilities.leaseSilenceMs / 4, done.signal)
      etag = await beat(uri, owner, etag, isOurs, { ...context, signal: done.signal })
    }
  })().catch(() => undefined)
  return {
    async confirm() {
      if (!(await isOurs())) throw new LeaseLost('Another client took the lease over')
    },
    async release() {
      done.abort()
      await beats
      // Only our own: a lease that was taken over belongs to someone else by now.
      if (await isOurs()) await context.platform.objects.remove([uri])
    },
  }
}

/** The lease's new etag; `undefined` when it is lost. A beat that failed is made up for by the next one. */
async function beat(
  uri: ObjectUri,
  owner: string,
  etag: string,
  isOurs: () => Promise<boolean>,
  context: RunContext,
): Promise<string | undefined> {
  try {
    const written = await writeLease(uri, owner, { etag }, context)
    if (written !== undefined) return written
    // Ours all the same when an earlier beat arrived whose answer was lost.
    const stored = await context.platform.objects.find(uri)
    return stored !== undefined && (await isOurs()) ? stored.etag : undefined
  } catch {
    return etag
  }
}
