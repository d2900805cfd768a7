import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { pathToFileURL } from 'node:url'
import { processorTime } from './measure.mjs'

const [many, few] = [20_000, 1_000]
const text = 'export const work = (value) => value * 2\n'
const loop = (count) => `import { work } from './work.mjs'
const values = []
for (let value = 0; value < ${count}; value++) values.push(await work(value))
if (values.length !== ${count}) process.exitCode = 1
`

/**
 * What each item of `map` costs over a loop that calls the same function: the difference between 20 000 and 1 000 items, divided by the items between,
 * so that starting the job is no part of it. Wall time of a local job, client and machine together.
 */
export async function bench({ root, folder, runs, tell }) {
  const core = await import(pathToFileURL(join(root, 'packages/core/dist/index.js')).href)
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'work.mjs'), text)
  for (const count of [many, few]) await writeFile(join(folder, `loop-${count}.mjs`), loop(count))
  const file = join(folder, 'work.mjs')
  process.chdir(folder)
  try {
    const ex = core.project('bench', { platform: 'local' })
    const task = ex.task('map').function(() => import(pathToFileURL(file).href), 'work', { file })
    const rounds = Math.min(runs, 5)
    const rows = []
    for (const perMachine of [1, 2]) {
      const map = async (count) => {
        const start = performance.now()
        await task.map(
          Array.from({ length: count }, (_, index) => index),
          { force: true, perMachine },
        )
        return performance.now() - start
      }
      const bare = async (count) => (await processorTime([process.execPath, join(folder, `loop-${count}.mjs`)])).ms
      const series = { ours: [], bare: [] }
      for (let round = 0; round < rounds; round++) {
        series.bare.push(await perItem(bare))
        series.ours.push(await perItem(map))
        tell(`perMachine ${perMachine}, round ${round + 1} of ${rounds}: ${series.ours.at(-1).toFixed(1)} µs an item`)
      }
      rows.push({ what: `an item of map, perMachine ${perMachine}`, beside: 'a call in a loop', unit: 'µs', ...series })
    }
    return rows
  } finally {
    process.chdir(root)
  }
}

// Least of two: what else the machine does only adds.
async function perItem(act) {
  const least = async (count) => Math.min(await act(count), await act(count))
  return (((await least(many)) - (await least(few))) / (many - few)) * 1_000
}
