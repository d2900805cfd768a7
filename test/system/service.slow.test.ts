import { request, type ClientRequest } from 'node:http'
import process from 'node:process'
import { local } from '@simple-sagemaker/core/local'
import { expect, test } from 'vitest'
import { listen } from '../../examples/02-service/server.ts'
import { countingService, type CountRequest } from '../../examples/02-service/service.ts'
import { lacking } from '../support/prerequisites.ts'
import { sandbox, type Sandbox } from './sandbox.ts'

const timeout = 180_000

interface Reply {
  readonly status: number
  readonly body: string
}

interface Asked {
  readonly client: ClientRequest
  /** What came back; what came so far when the client went away. */
  readonly reply: Promise<Reply>
  /** Resolves when the reply holds this text. */
  says(text: string): Promise<void>
}

/** Asks with a connection of its own that nothing keeps alive. */
function ask(port: number, method: string, path: string, body?: CountRequest | string): Asked {
  const client = request({ port, method, path, host: '127.0.0.1', agent: false, headers: { 'content-type': 'application/json' } })
  let [text, status] = ['', 0]
  let listen = (): void => undefined
  const reply = new Promise<Reply>((resolve) => {
    const end = (): void => resolve({ status, body: text })
    client.once('error', end).once('response', (response) => {
      status = response.statusCode ?? 0
      response.setEncoding('utf8').on('data', (more: string) => {
        text += more
        listen()
      })
      response.once('close', end).on('error', () => undefined)
    })
  })
  client.end(typeof body === 'string' ? body : JSON.stringify(body))
  const says = (wanted: string): Promise<void> =>
    new Promise((resolve) => {
      listen = () => {
        if (text.includes(wanted)) resolve()
      }
      listen()
      void reply.then(() => resolve())
    })
  return { client, reply, says }
}

const eventsIn = (body: string): readonly string[] => [...body.matchAll(/^event: (.+)$/gm)].map((found) => found[1] ?? '')
const dataOf = (body: string, event: string): unknown =>
  JSON.parse(new RegExp(`^event: ${event}\ndata: (.+)$`, 'm').exec(body)?.[1] ?? 'null')

const statusOf = async (place: Sandbox, document: string): Promise<string> => {
  for await (const { status } of place.project('counting').data(document).jobs()) return status
  return 'none'
}

const serviceIn = (place: Sandbox) => listen(countingService(local({ root: place.root, stopGraceSeconds: 1 })), 0)

test.skipIf(lacking('python3'))(
  'a client sees everything that happens to its task and gets its result; the same again is skipped',
  { timeout },
  async () => {
    await using place = sandbox()
    await using server = await serviceIn(place)
    const song = { document: 'song', text: 'row row row your boat' }
    const first = await ask(server.port, 'POST', '/runs', song).reply
    expect(first.status).toBe(200)
    expect(eventsIn(first.body)).toEqual(
      expect.arrayContaining(['decided', 'submitted', 'status-changed', 'logged', 'measured', 'finished', 'result']),
    )
    expect(dataOf(first.body, 'result')).toMatchObject({ decision: 'start', metrics: { words: 5, distinct: 3 } })
    const again = await ask(server.port, 'POST', '/runs', song).reply
    expect(dataOf(again.body, 'result')).toMatchObject({ decision: 'skip', metrics: { words: 5, distinct: 3 } })
    const known = await ask(server.port, 'GET', '/runs/song').reply
    expect(JSON.parse(known.body)).toMatchObject({ status: 'completed' })
  },
)

test('a request that cannot be is refused in words, before any stream', { timeout }, async () => {
  await using place = sandbox()
  await using server = await serviceIn(place)
  expect(await ask(server.port, 'POST', '/runs', 'no json').reply).toMatchObject({ status: 400 })
  const badName = await ask(server.port, 'POST', '/runs', { document: 'no spaces, please', text: '' }).reply
  expect([badName.status, JSON.parse(badName.body)]).toMatchObject([400, { code: 'TASK_INVALID' }])
  const tooLong = await ask(server.port, 'POST', '/runs', { document: 'long', text: 'x'.repeat(3_000) }).reply
  expect([tooLong.status, JSON.parse(tooLong.body)]).toMatchObject([400, { code: 'TASK_INVALID' }])
  expect(await ask(server.port, 'GET', '/runs/nothing').reply).toMatchObject({ status: 404 })
})

test.skipIf(lacking('python3'))(
  'a client that goes away takes its job with it; one that asked to detach leaves it running',
  { timeout },
  async () => {
    await using place = sandbox()
    await using server = await serviceIn(place)
    const leaving = ask(server.port, 'POST', '/runs', { document: 'left', text: 'a', seconds: 60 })
    const detaching = ask(server.port, 'POST', '/runs?detach=1', { document: 'kept', text: 'a', seconds: 3 })
    await Promise.all([leaving.says('thinking'), detaching.says('thinking')])
    leaving.client.destroy()
    detaching.client.destroy()
    await expect.poll(() => statusOf(place, 'left'), { timeout: 60_000 }).toBe('stopped')
    await expect.poll(() => statusOf(place, 'kept'), { timeout: 60_000 }).toBe('completed')
    expect(await place.leftovers()).toEqual([])
  },
)

test.skipIf(lacking('python3'))(
  'the page of a run is served with what it listens to, and follows the job to its end',
  { timeout },
  async () => {
    await using place = sandbox()
    await using server = await serviceIn(place)
    const running = ask(server.port, 'POST', '/runs', { document: 'song', text: 'row row row', seconds: 1 })
    await running.says('thinking')
    // The job cannot end before the page of a running one was asked for.
    const supervisor = place.supervisorOf(place.jobs('song')[0] ?? '')
    process.kill(supervisor, 'SIGSTOP')
    const page = await ask(server.port, 'GET', '/runs/song/report').reply.finally(() => process.kill(supervisor, 'SIGCONT'))
    expect(page.status).toBe(200)
    expect(page.body).toContain('data-events="report/events"')
    expect(page.body).toContain("connect-src 'self'")
    const followed = await ask(server.port, 'GET', '/runs/song/report/events').reply
    expect(eventsIn(followed.body).at(0)).toBe('document')
    expect(eventsIn(followed.body).at(-1)).toBe('end')
    expect(followed.body).toContain('The job completed after')
    await running.reply
    expect(await ask(server.port, 'GET', '/runs/nothing/report').reply).toMatchObject({ status: 400 })
    expect(await place.leftovers()).toEqual([])
  },
)

test.skipIf(lacking('python3'))(
  '50 requests at once, half of them left early, leave no handle, timer, process or temporary file',
  { timeout },
  async () => {
    await using place = sandbox()
    const before = resources()
    {
      await using server = await serviceIn(place)
      const asked = Array.from({ length: 50 }, (_, index) => {
        const leaves = index % 2 === 1
        return {
          index,
          leaves,
          ...ask(server.port, 'POST', '/runs', { document: `d${index}`, text: 'x '.repeat(index + 1), seconds: leaves ? 60 : 0 }),
        }
      })
      // They go at every stage: before there is an answer, while it is decided, when the job is there, when it works.
      const stages = ['', 'decided', 'submitted', 'thinking']
      const ends = asked.map(async ({ index, leaves, client, says, reply }) => {
        if (leaves) {
          await says(stages[((index - 1) / 2) % stages.length] ?? '')
          if (index % 8 === 1) await new Promise((resolve) => setTimeout(resolve, index * 5))
          client.destroy()
          return
        }
        expect(dataOf((await reply).body, 'result')).toMatchObject({ metrics: { words: index + 1, distinct: 1 } })
      })
      await Promise.all(ends)
      for (const { index } of asked.filter(({ leaves }) => leaves)) {
        await expect.poll(() => statusOf(place, `d${index}`), { timeout: 60_000 }).toMatch(/^(stopped|none)$/)
      }
    }
    // What an earlier test of this process still had open may close meanwhile: nothing may have come.
    await expect.poll(() => notIn(resources(), before)).toEqual([])
    expect(await place.leftovers()).toEqual([])
  },
)

/** What keeps this process busy, besides its own pipes and the test runner's. */
const resources = (): readonly string[] => process.getActiveResourcesInfo().sort()

/** The items of one list that another one lacks, each as often as there are more of it. */
function notIn(items: readonly string[], others: readonly string[]): readonly string[] {
  const left = [...others]
  return items.filter((item) => {
    const at = left.indexOf(item)
    if (at >= 0) left.splice(at, 1)
    return at < 0
  })
}
