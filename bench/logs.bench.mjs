import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { builtFromSources } from './built.mjs'
import { longestStall } from './measure.mjs'

const lines = 1_000_000

/** How long the thread is kept at most while 100 MB of a local job's log are followed. */
export async function bench({ root, folder }) {
  const built = await builtFromSources(root, 'logs', { text: "export { localLogs } from './local/logs/logs.ts'" })
  const { localLogs } = await import(pathToFileURL(built).href)
  const logs = join(folder, 'jobs/long/logs')
  await mkdir(logs, { recursive: true })
  await writeFile(join(logs, 'algo-1-0.log'), `${'x'.repeat(99)}\n`.repeat(lines))
  const stall = longestStall()
  let read = 0
  try {
    const job = { kind: 'training', name: 'long' }
    for await (const _ of localLogs(folder, new AbortController().signal).follow(job, { untilNow: true })) read += 1
  } finally {
    stall.end()
  }
  if (read !== lines) throw new Error(`Only ${read} lines were read`)
  return [{ what: 'following 100 MB of local log: longest stall', beside: 'none', limitMs: 50, ours: [stall.end()], bare: [0] }]
}
