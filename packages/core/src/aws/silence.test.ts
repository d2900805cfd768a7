import { createServer } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { objectUri } from '../names/object-uri.ts'
import { aws, type AwsNotice } from './index.ts'

/** A server that takes connections and says nothing. */
async function silentServer(): Promise<string> {
  const sockets: { destroy(): void }[] = []
  const server = createServer((socket) => void sockets.push(socket.on('error', () => undefined)))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
}

test(
  'a service that never answers is told soon, and given up in bounded time with a next step',
  { timeout: 30_000 },
  async () => {
    const notices: AwsNotice[] = []
    await using platform = aws({
      endpoint: await silentServer(),
      region: 'eu-west-1',
      credentials: { accessKeyId: 'A', secretAccessKey: 'a' },
      bucketOwners: { data: '111122223333' },
      timeouts: { idleMs: 300 },
      silence: { tellAfterMs: 100, giveUpAfterMs: 700 },
      onNotice: (notice) => notices.push(notice),
    })
    const beforeMs = performance.now()
    await expect(platform.objects.find(objectUri('s3://data/x'))).rejects.toMatchObject({
      code: 'PLATFORM_UNREACHABLE',
      message: expect.stringMatching(/STS has not answered anything for 1 seconds/),
      hint: expect.stringMatching(/Check the network/),
    })
    // Eight attempts of their own would take longer than that, and wait in between.
    expect(performance.now() - beforeMs).toBeLessThan(20_000)
    expect(notices.filter(({ type }) => type === 'waiting')).toEqual([
      { type: 'waiting', service: 'STS', seconds: 0, message: expect.stringContaining('still waiting for STS') },
    ])
  },
)
