/** A service that learns with Python on another machine, and answers requests with the model itself. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { printEvents } from '@simple-sagemaker/cli/print'
import { Centroids, train } from './pipeline.ts'

const trained = await train.run({ onEvent: printEvents() })
console.log(`${trained.result.points} points, of which ${trained.result.accuracy * 100} % get their own label`)
const model = await trained.document('model', 'centroids.json', Centroids) // { labels: string[]; centroids: number[][] }

function labelOf(point: readonly number[]): string | undefined {
  const distances = model.centroids.map((centre) => Math.hypot(...centre.map((value, index) => value - (point[index] ?? 0))))
  return model.labels[distances.indexOf(Math.min(...distances))]
}

const server = createServer((request, response) => {
  const at = new URL(request.url ?? '/', 'http://localhost').searchParams.get('at') ?? ''
  response.setHeader('content-type', 'application/json').end(JSON.stringify({ label: labelOf(at.split(',').map(Number)) }))
})
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
const { port } = server.address() as AddressInfo
try {
  for (const [at, label] of [
    ['0,1', 'near'],
    ['6,4', 'far'],
  ]) {
    const answer = await (await fetch(`http://127.0.0.1:${port}/?at=${at}`)).text()
    console.log(`GET /?at=${at}  →  ${answer}`)
    if (answer !== JSON.stringify({ label })) throw new Error(`${at} is ${label}`)
  }
} finally {
  server.closeAllConnections()
  server.close()
}
await trained.download(join(import.meta.dirname, 'out'), { only: ['model', 'output'] })
