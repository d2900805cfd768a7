import { isSsmError } from '../../errors/ssm-error.ts'
import type { ObjectUri } from '../../names/object-uri.ts'
import { growingPauses } from '../../time/backoff.ts'
import type { TaskContext } from '../context.ts'
import { readSmall } from './history.ts'

/*
 * The right to start a task's next job: one object that is rewritten whenever the right is taken and given back. It can be
 * taken only over the very object that was seen, so whoever gets it knows that nobody had it since that look.
 */

/** The right to start a task's next job, in hand. */
export interface Lease {
  /**
   * Ends quietly while the lease is still ours.
   * @throws {LeaseLost} when somebody else took it over: this client was silent for too long, asleep or cut off.
   */
  confirm(): Promise<void>
  /** Gives it back. Never rejects: a lease that cannot be given back runs out by itself. */
  release(): Promise<void>
}

/** Somebody else has, or had, the lease since it was looked at. What was to be done must be decided again. */
export class LeaseLost extends Error {}

/** Whether somebody holds the lease; `seen` is its etag, `undefined` when there was no such object. */
export async function isHeld(uri: ObjectUri, seen: string | undefined, context: TaskContext): Promise<boolean> {
  if (seen === undefined) return false
  return holderIn(await readSmall(uri, context.platform, { signal: context.signal })) !== undefined
}

/**
 * Takes the lease that was seen with this etag, or as absent.
 * @throws {LeaseLost} when it is another one by now.
 */
export async function takeLease(uri: ObjectUri, seen: string | undefined, context: TaskContext): Promise<Lease> {
  const owner = crypto.randomUUID()
  const takenAt = now(context)
  context.signal.throwIfAborted()
  using signal = delayed(context.signal, abortedAfterMs)
  const etag = await writeLease(uri, owner, seen === undefined ? 'absent' : { etag: seen }, { ...context, signal: signal.signal })
  if (etag === undefined) throw new LeaseLost('Another client was quicker')
  return keepLease(uri, { owner, etag, at: takenAt }, context)
}

/** How long giving a lease back may take: one that cannot be given back is taken over after its silence. */
const givenBackAfterMs = 60_000

/** How long an answer is waited for after an abort: a lease that we do not know of keeps everybody waiting. */
const abortedAfterMs = 5_000

/** A signal that follows another one after a while. */
function delayed(signal: AbortSignal, ms: number): Disposable & { readonly signal: AbortSignal } {
  const late = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  const follow = (): void => void (timer = setTimeout(() => late.abort(signal.reason), ms))
  signal.addEventListener('abort', follow, { once: true })
  return {
    signal: late.signal,
    [Symbol.dispose]() {
      signal.removeEventListener('abort', follow)
      clearTimeout(timer)
    },
  }
}

/**
 * Waits until nobody holds the lease. A holder that fell silent (its object did not change for the platform's span, by our
 * own clock) is taken for dead, and its lease given back in its place. A computer that was asleep, or had no processor for us, saw
 * no silence: between two looks no more than a quarter of the span counts.
 */
export async function untilFree(uri: ObjectUri, context: TaskContext): Promise<void> {
  const { platform, clock, signal } = context
  const pauses = growingPauses(20, 500)
  const spanMs = platform.abilities.leaseSilenceMs
  let seen: { readonly etag: string; readonly lookedAtMs: number; readonly silentMs: number } | undefined
  for (;;) {
    signal.throwIfAborted()
    const stored = await platform.objects.find(uri, { signal })
    if (stored === undefined) return
    if (stored.etag !== seen?.etag) {
      if (holderIn(await readSmall(uri, platform, { signal })) === undefined) return
      seen = { etag: stored.etag, lookedAtMs: clock.now(), silentMs: 0 }
    } else {
      const lookedAtMs = clock.now()
      seen = { ...seen, lookedAtMs, silentMs: seen.silentMs + Math.min(lookedAtMs - seen.lookedAtMs, spanMs / 4) }
      if (seen.silentMs > spanMs && (await writeLease(uri, undefined, { etag: seen.etag }, context)) !== undefined) return
    }
    await clock.sleep(pauses.next().value, signal)
  }
}

/** Who holds a lease of this content. One that cannot be read is held: it is nobody's to take before it was silent. */
function holderIn(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  try {
    const { owner } = JSON.parse(text) as { readonly owner?: unknown }
    return owner === undefined ? undefined : JSON.stringify(owner)
  } catch {
    return 'unknown'
  }
}

/** Writes the lease for its holder, or for nobody. Its new etag; `undefined` when it is not the expected one any more. */
async function writeLease(
  uri: ObjectUri,
  owner: string | undefined,
  onlyIf: 'absent' | { readonly etag: string },
  { platform, clock, signal }: TaskContext,
): Promise<string | undefined> {
  try {
    const content = { ...(owner === undefined ? {} : { owner }), atMs: clock.now(), beat: crypto.randomUUID() }
    const body = { kind: 'bytes', bytes: Buffer.from(JSON.stringify(content)) } as const
    return (await platform.objects.write(uri, body, { onlyIf, signal })).etag
  } catch (cause) {
    if (isSsmError(cause, 'OBJECT_CHANGED')) return undefined
    throw cause
  }
}

interface Moment {
  readonly clockMs: number
  readonly steadyMs: number
}

const now = ({ clock }: TaskContext): Moment => ({ clockMs: clock.now(), steadyMs: performance.now() })

/** By whichever clock ran further: one may stand still while the computer sleeps, the other may be set back. */
const msSince = (moment: Moment, context: TaskContext): number =>
  Math.max(context.clock.now() - moment.clockMs, performance.now() - moment.steadyMs)

interface Held {
  readonly owner: string
  etag: string
  /** When the write began that is known to have succeeded last. */
  at: Moment
}

/** Rewrites the lease now and then, so that nobody takes its holder for dead, until it is released. */
function keepLease(uri: ObjectUri, held: Held, context: TaskContext): Lease {
  const done = new AbortController()
  const { leaseSilenceMs } = context.platform.abilities
  let isLost = false
  const isOurs = async (): Promise<boolean> => (await readSmall(uri, context.platform, {}))?.includes(held.owner) === true
  const beats = (async (): Promise<void> => {
    while (!isLost) {
      await context.clock.sleep(leaseSilenceMs / 4, done.signal)
      isLost = !(await beat(uri, held, isOurs, { ...context, signal: done.signal }))
    }
  })().catch(() => undefined)
  return {
    async confirm() {
      // Others wait for the whole span, from a write that they saw later than it began: nobody can have it before that.
      if (!isLost && msSince(held.at, context) < leaseSilenceMs / 2) return
      if (!(await isOurs())) throw new LeaseLost('Another client took the lease over')
    },
    async release() {
      done.abort()
      await beats
      await giveBack(uri, held, isOurs, context).catch(() => undefined)
    },
  }
}

async function giveBack(uri: ObjectUri, held: Held, isOurs: () => Promise<boolean>, context: TaskContext): Promise<void> {
  const unhurried = { ...context, signal: AbortSignal.timeout(givenBackAfterMs) }
  if ((await writeLease(uri, undefined, { etag: held.etag }, unhurried)) !== undefined) return
  // Only our own, rewritten by a beat whose answer was lost: one that was taken over belongs to someone else by now.
  if (!(await isOurs())) return
  const stored = await context.platform.objects.find(uri)
  if (stored !== undefined) await writeLease(uri, undefined, { etag: stored.etag }, unhurried)
}

/** Whether the lease is still ours. A beat that failed is made up for by the next one. */
async function beat(uri: ObjectUri, held: Held, isOurs: () => Promise<boolean>, context: TaskContext): Promise<boolean> {
  const begun = now(context)
  try {
    const written = await writeLease(uri, held.owner, { etag: held.etag }, context)
    // Ours all the same when an earlier beat arrived whose answer was lost.
    const etag = written ?? ((await isOurs()) ? (await context.platform.objects.find(uri))?.etag : undefined)
    if (etag === undefined) return false
    held.etag = etag
    if (written !== undefined) held.at = begun
  } catch {
    // Out of reach for the moment.
  }
  return true
}
