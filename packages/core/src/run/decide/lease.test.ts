import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { local } from '../../local/index.ts'
import { objectUri, type ObjectUri } from '../../names/object-uri.ts'
import type { ObjectBody, WriteOptions } from '../../platform/objects.ts'
import type { Platform } from '../../platform/platform.ts'
import { systemClock } from '../../time/clock.ts'
import type { TaskContext } from '../context.ts'
import { readSmall } from './history.ts'
import { isHeld, LeaseLost, takeLease, untilFree, type Lease } from './lease.ts'

const root = mkdtempSync(join(tmpdir(), 'ssm-lease-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
const silenceMs = 400

let count = 0
const someLease = (): ObjectUri => objectUri(`s3://lease-tests/p/t${count++}/lease.json`)

/** As a run does it: looks, waits while somebody else holds it, takes it over what was seen. */
async function withLease<Value>(uri: ObjectUri, context: Client, work: (lease: Lease) => Promise<Value>): Promise<Value> {
  for (;;) {
    const seen = (await context.platform.objects.find(uri))?.etag
    if (await isHeld(uri, seen, context)) {
      if (!context.told.includes('waited')) context.told.push('waited')
      await untilFree(uri, context)
      continue
    }
    const lease = await takeLease(uri, seen, context).catch((cause: unknown) => {
      if (cause instanceof LeaseLost) return undefined
      throw cause
    })
    if (lease === undefined) continue
    try {
      return await work(lease)
    } finally {
      await lease.release()
    }
  }
}

interface Client extends TaskContext {
  readonly told: string[]
}

/** A client with the local platform's objects, some of whose writes may go another way. */
function client(
  write?: (attempt: number, real: () => Promise<unknown>, signal: AbortSignal | undefined) => Promise<void>,
  signal = new AbortController().signal,
): Client {
  const platform = local({ root })
  let attempt = 0
  const objects: Platform['objects'] = {
    ...platform.objects,
    async write(uri: ObjectUri, body: ObjectBody, options?: WriteOptions) {
      if (write === undefined) return platform.objects.write(uri, body, options)
      let written: Awaited<ReturnType<Platform['objects']['write']>> | undefined
      const real = async (): Promise<unknown> => (written = await platform.objects.write(uri, body, options))
      await write(attempt++, real, options?.signal)
      return written ?? real().then(() => written as NonNullable<typeof written>)
    },
  }
  const told: string[] = []
  return {
    platform: { ...platform, abilities: { ...platform.abilities, leaseSilenceMs: silenceMs }, objects },
    clock: systemClock,
    signal,
    cacheDir: root,
    upstream: new Map(),
    tell: ({ type }) => void told.push(type),
    told,
  }
}

const patient = (context: Client): Client => ({
  ...context,
  platform: { ...context.platform, abilities: { ...context.platform.abilities, leaseSilenceMs: 60_000 } },
})

const pause = (ms: number): Promise<void> => systemClock.sleep(ms)
const held = async (uri: ObjectUri): Promise<boolean> => {
  const context = client()
  return isHeld(uri, (await context.platform.objects.find(uri))?.etag, context)
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await pause(1)
}

test('of many who want it, one at a time has it, and it is free when the last one is done', async () => {
  const uri = someLease()
  await client().platform.objects.bucket('lease-tests')
  let inside = 0
  let most = 0
  const contenders = Array.from({ length: 8 }, async (_, index) => {
    // None of them is ever taken for dead, however busy the computer is.
    const context = patient(client())
    const got = await withLease(uri, context, async () => {
      most = Math.max(most, ++inside)
      await pause(20)
      inside--
      return index
    })
    return { got, waited: context.told.filter((type) => type === 'waited').length }
  })
  const ended = await Promise.all(contenders)
  expect(ended.map(({ got }) => got)).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
  expect(most).toBe(1)
  expect(ended.every(({ waited }) => waited <= 1)).toBe(true)
  expect(await held(uri)).toBe(false)
})

test('a holder that works for long is not taken for dead', async () => {
  const uri = someLease()
  const order: string[] = []
  const long = withLease(uri, client(), async (lease) => {
    await pause(silenceMs * 3)
    await lease.confirm()
    order.push('long')
  })
  await pause(30)
  await withLease(uri, client(), () => Promise.resolve(order.push('short')))
  await long
  expect(order).toEqual(['long', 'short'])
})

test('the lease of a holder that was killed is taken over after the silence, not before', async () => {
  const uri = someLease()
  const bytes = Buffer.from(JSON.stringify({ owner: 'killed', atMs: 0 }))
  await client().platform.objects.write(uri, { kind: 'bytes', bytes })
  const startedMs = performance.now()
  const context = client()
  await withLease(uri, context, () => Promise.resolve())
  expect(performance.now() - startedMs).toBeGreaterThanOrEqual(silenceMs)
  expect(context.told).toEqual(['waited'])
  expect(await held(uri)).toBe(false)
})

test('whoever was asleep while it waited does not take the holder for dead', async () => {
  const uri = someLease()
  const order: string[] = []
  let slept = false
  const long = withLease(uri, client(), async () => {
    await until(() => slept)
    order.push('holder')
  })
  await until(() => held(uri))
  let clockMs = 0
  const asleep = client()
  const sleepy: Client = {
    ...asleep,
    clock: {
      now: () => clockMs,
      // The holder, on the same computer, slept as well, and has written nothing since.
      async sleep(ms, signal) {
        clockMs += slept ? ms : silenceMs * 100
        slept = true
        await pause(1)
        signal?.throwIfAborted()
      },
    },
  }
  await withLease(uri, sleepy, () => Promise.resolve(order.push('waiter')))
  await long
  expect(order).toEqual(['holder', 'waiter'])
})

test('a holder that was taken for dead learns of it before it acts, and does not remove what is another’s', async () => {
  const uri = someLease()
  // Its beats never leave: as asleep as a client can be.
  const asleep = client(async (attempt, _real, signal) => {
    if (attempt === 1) await new Promise((_, reject) => signal?.addEventListener('abort', () => reject(new Error('left'))))
  })
  const other = client()
  const first = withLease(uri, asleep, async (lease) => {
    await withLease(uri, other, async (theirs) => {
      await expect(lease.confirm()).rejects.toBeInstanceOf(LeaseLost)
      await theirs.confirm()
    })
    return 'let go'
  })
  expect(await first).toBe('let go')
  expect(await held(uri)).toBe(false)
})

test('whoever looked before somebody else had it does not get it, though it is free again', async () => {
  const uri = someLease()
  const [early, other] = [client(), client()]
  const seen: (string | undefined)[] = [undefined]
  for (let turn = 0; turn < 2; turn += 1) {
    await withLease(uri, other, () => Promise.resolve())
    for (const etag of seen) await expect(takeLease(uri, etag, early)).rejects.toBeInstanceOf(LeaseLost)
    seen.push((await early.platform.objects.find(uri))?.etag)
  }
  const lease = await takeLease(uri, seen.at(-1), early)
  await lease.release()
})

test('a holder that wrote a moment ago knows without asking that it still holds it', async () => {
  const uri = someLease()
  let reads = 0
  const context = client()
  const counting: Client = {
    ...context,
    platform: {
      ...context.platform,
      objects: { ...context.platform.objects, read: (...args) => ((reads += 1), context.platform.objects.read(...args)) },
    },
  }
  const lease = await takeLease(uri, undefined, counting)
  await lease.confirm()
  expect(reads).toBe(0)
  await lease.release()
})

test('a release changes nothing that belongs to somebody else', async () => {
  const uri = someLease()
  const bytes = Buffer.from(JSON.stringify({ owner: 'somebody else' }))
  const context = client()
  await withLease(uri, context, async () => {
    await context.platform.objects.write(uri, { kind: 'bytes', bytes })
  })
  expect(await readSmall(uri, context.platform, {})).toBe(bytes.toString())
  await context.platform.objects.remove([uri])
})

test('a beat that fails, and one whose answer is lost, do not end the holding', async () => {
  const uri = someLease()
  const shaky = client(async (attempt, real) => {
    if (attempt === 1) throw new Error('no network')
    if (attempt !== 2) return
    await real()
    throw new Error('the answer was lost')
  })
  const order: string[] = []
  const long = withLease(uri, shaky, async (lease) => {
    await pause(silenceMs * 3)
    await lease.confirm()
    order.push('long')
  })
  await pause(30)
  await withLease(uri, client(), () => Promise.resolve(order.push('short')))
  await long
  expect(order).toEqual(['long', 'short'])
})

test('what the work gives or throws comes out, whatever becomes of the lease', async () => {
  const uri = someLease()
  const context = client()
  await expect(withLease(uri, context, () => Promise.reject(new Error('work')))).rejects.toThrow('work')
  expect(await held(uri)).toBe(false)
  const broken = client((attempt, real) =>
    attempt === 0 ? real().then(() => undefined) : Promise.reject(new Error('no network')),
  )
  expect(await withLease(uri, broken, () => Promise.resolve('done'))).toBe('done')
  await context.platform.objects.remove([uri])
})

test('an abort ends the waiting with its reason', async () => {
  const uri = someLease()
  const leave = new AbortController()
  const why = new Error('enough')
  await withLease(uri, client(), async () => {
    const waiting = withLease(uri, client(undefined, leave.signal), () => Promise.resolve())
    setTimeout(() => leave.abort(why), 30)
    await expect(waiting).rejects.toBe(why)
  })
  expect(await held(uri)).toBe(false)
})
