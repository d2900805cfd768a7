import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { longestStall } from './measure.mjs'

const tasks = 200
const watchedMs = 10_000

/**
 * What 200 tasks of the local platform at once cost the program that runs them: how long its thread is kept at most, and how much of a processor
 * it takes while all of them run. It takes minutes, so it runs only when SSM_BENCH_MANY=1.
 */
export async function bench({ root, folder }) {
  const stalls = { what: `${tasks} local tasks at once: longest stall`, beside: 'none', limitMs: 100 }
  const waiting = {
    what: `${tasks} local tasks at once: processor time in 10 s of waiting`,
    beside: 'none',
    limitMs: watchedMs * 0.05,
  }
  if (process.env.SSM_BENCH_MANY !== '1') return [stalls, waiting].map((row) => ({ ...row, skipped: 'SSM_BENCH_MANY is not 1' }))
  const core = await import(pathToFileURL(join(root, 'packages/core/dist/index.js')).href)
  const code = join(folder, 'code')
  await mkdir(code)
  // Until the file is there: so all of them surely run together.
  const go = join(folder, 'go')
  await writeFile(join(code, 'wait.sh'), `while [ ! -e '${go}' ]; do sleep 1; done\n`)
  process.chdir(folder)
  delete process.env.NODE_EXTRA_CA_CERTS
  const bare = core.project('bench', { platform: 'local' })
  const project = bare.addAll(Array.from({ length: tasks }, (_, index) => bare.task(`t${index}`).code(join(code, 'wait.sh'))))
  const training = new Set()
  const onEvent = ({ type, task, phase }) => type === 'status-changed' && phase === 'Training' && training.add(task)
  const loop = longestStall()
  try {
    const run = project.run({ parallel: tasks, onEvent })
    run.catch(() => undefined)
    while (training.size < tasks) await Promise.race([sleep(200), run])
    const stallMs = loop.end()
    const before = process.cpuUsage()
    await sleep(watchedMs)
    const { user, system } = process.cpuUsage(before)
    await writeFile(go, '')
    await run
    return [
      { ...stalls, ours: [stallMs], bare: [0] },
      { ...waiting, ours: [(user + system) / 1000], bare: [0] },
    ]
  } finally {
    loop.end()
    process.chdir(root)
  }
}
