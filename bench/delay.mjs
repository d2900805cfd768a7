// A TCP proxy on loopback that makes the world larger: whatever passes is late by half a round trip each way.
// Alone, so that it takes no turn from whom it delays: node bench/delay.mjs PORT_BEHIND ROUND_TRIP_MS; it prints its port.
import { createConnection, createServer } from 'node:net'
import process from 'node:process'

const [behind, roundTripMs] = process.argv.slice(2).map(Number)

/** Passes chunks on in their order, each so much later; what is held back is bounded by the reader's pace. */
function late(from, to) {
  const held = []
  let heldBytes = 0
  let timer
  const pass = () => {
    timer = undefined
    const now = performance.now()
    to.cork()
    while (held.length > 0 && held[0].at <= now) {
      const { chunk } = held.shift()
      if (chunk === undefined) to.end()
      else {
        heldBytes -= chunk.length
        if (!to.destroyed) to.write(chunk)
      }
    }
    to.uncork()
    if (heldBytes < 8 * 1024 * 1024 && to.writableLength < 8 * 1024 * 1024) from.resume()
    wait()
  }
  const wait = () => {
    if (timer === undefined && held.length > 0) timer = setTimeout(pass, Math.max(0, held[0].at - performance.now()))
  }
  const hold = (chunk) => {
    held.push({ chunk, at: performance.now() + roundTripMs / 2 })
    heldBytes += chunk?.length ?? 0
    if (heldBytes >= 8 * 1024 * 1024) from.pause()
    wait()
  }
  from.on('data', hold)
  from.on('end', () => hold(undefined))
  to.on('drain', pass)
}

const server = createServer({ allowHalfOpen: true, noDelay: true }, (near) => {
  const far = createConnection({ port: behind, host: '127.0.0.1', allowHalfOpen: true, noDelay: true })
  late(near, far)
  late(far, near)
  for (const [one, other] of [
    [near, far],
    [far, near],
  ]) {
    one.on('error', () => other.destroy())
    one.on('close', () => other.destroyed || other.destroySoon())
  }
})
server.listen(0, '127.0.0.1', () => process.stdout.write(`${server.address().port}\n`))
