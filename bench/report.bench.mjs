import { statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { builtFromSources } from './built.mjs'
import { median } from './measure.mjs'

const machines = 16
const values = 100_000
const lines = 1_000_000
const samplesOfMachine = 1_250
const limits = { bytes: 10_000_000, openMs: 2_000, frameMs: 50 }

/**
 * The page of a large job: how long its log is read, how large the file is, how long a browser opens it, and how evenly it draws while a chart is
 * zoomed. Beside the page: what the browser needs for an empty one.
 */
export async function bench({ root, folder, runs, tell }) {
  const chromium = chromiumOf(root)
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] }).catch(() => undefined)
  if (browser === undefined)
    return [{ what: 'the page of a large job', beside: 'an empty page', skipped: 'no /usr/bin/chromium' }]
  try {
    const file = join(folder, 'large.html')
    const readMs = await writeLarge(root, file)
    const bytes = statSync(file).size
    tell(`${bytes} bytes; its log was read in ${Math.round(readMs)} ms`)
    const opened = { ours: [], bare: [], work: [], frames: [], zoom: [] }
    for (let round = 0; round < Math.min(runs, 7); round += 1) {
      opened.bare.push((await openedIn(browser, 'data:text/html,<h1>empty</h1>')).openMs)
      const { openMs, workMs, frames, zoomMs } = await openedIn(browser, pathToFileURL(file).href, zoomed)
      opened.ours.push(openMs)
      opened.work.push(workMs)
      opened.zoom.push(zoomMs)
      opened.frames.push(frames.toSorted((one, other) => one - other)[Math.floor(frames.length * 0.95)] ?? 0)
    }
    tell(
      `work of the main thread until it was shown: ${Math.round(median(opened.work))} ms, and of one zoom with its pointer: ${Math.round(median(opened.zoom))} ms`,
    )
    const what = `${values} values of ${machines} machines, ${lines} lines`
    return [
      {
        what: `${what}: the file, in kB`,
        beside: 'none',
        unit: 'kB',
        limitMs: limits.bytes / 1_000,
        ours: [bytes / 1_000],
        bare: [0],
      },
      {
        what: `${what}: until it is shown`,
        beside: 'an empty page',
        limitMs: limits.openMs,
        ours: opened.ours,
        bare: opened.bare,
      },
      {
        what: `${what}: between two frames while zooming, 95 % of them`,
        beside: 'none',
        limitMs: limits.frameMs,
        ours: opened.frames,
        bare: opened.frames.map(() => 0),
      },
    ]
  } finally {
    await browser.close()
  }
}

const chromiumOf = (root) => createRequire(join(root, 'test/package.json'))('playwright-core').chromium

/** Reads the lines as a report does, and writes the page; gives how long the reading took. */
async function writeLarge(root, file) {
  const built = await builtFromSources(root, 'report', {
    text: "export { logReader, pageLimits } from './run/report/log-reader.ts'; export { writeReport } from './run/report/report-page.ts'",
  })
  const { logReader, pageLimits, writeReport } = await import(pathToFileURL(built).href)
  const name = 'large-2026-03-01-12-00-00-AbCd1234'
  const reader = await logReader({ kind: 'training', name }, { loss: 'loss=([0-9.]+)' }, pageLimits)
  const before = performance.now()
  for (let at = 0; at < lines; at += 1) {
    const isValue = at % (lines / values) === 0
    const text = isValue
      ? `step ${at}: loss=${(Math.exp(-at / 300_000) + ((at * 7_919) % 97) / 900).toFixed(6)}`
      : `line ${at} of a log with something to read in it`
    reader.add({ machine: `algo-${(Math.floor(at / 10) % machines) + 1}`, atMs: at, text })
  }
  const { log, series, leftOut } = reader.read()
  const readMs = performance.now() - before
  const found = series.reduce((sum, each) => sum + each.values.length, 0)
  if (found !== values) throw new Error(`${found} values instead of ${values} were found`)
  const job = { ...emptyJob(name), log, series, usage: usageOf() }
  await writeReport({ v: 1, about: 'job', place: 'local', madeAtMs: lines, jobs: [job], edges: [], searches: [], leftOut }, file)
  return readMs
}

const usageOf = () =>
  Array.from({ length: machines }, (_, machine) =>
    Array.from({ length: samplesOfMachine }, (__, at) => ({
      machine: `algo-${machine + 1}`,
      atMs: (at * lines) / samplesOfMachine,
      cpuPercent: 50 + ((at * 31) % 47),
      memoryBytes: 1e9 + at * 1e5,
      readBytes: at * 1e4,
      writtenBytes: at * 1e3,
    })),
  ).flat()

const emptyJob = (name) => ({
  task: 'large',
  state: {
    kind: 'training',
    name,
    status: 'completed',
    phase: 'Completed',
    phases: [],
    machines,
    createdAtMs: 0,
    endedAtMs: lines,
    interruptions: 0,
    finalMetrics: [],
  },
  outcome: 'The job completed.',
  attempts: [],
  machines: [],
  cost: { kind: 'unknown', because: 'nobody asked' },
  hyperparameters: {},
  earlier: [],
  inputs: [],
  outputs: [],
  code: { files: {}, changes: [], changed: [] },
})

/** How long it takes until the whole page is drawn, and how much of it is work of the main thread. */
async function openedIn(browser, address, then) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } })
  try {
    const session = await page.context().newCDPSession(page)
    await session.send('Performance.enable')
    const before = performance.now()
    await page.goto(address)
    await page.waitForSelector('h1')
    // The frame in which it was drawn is over.
    await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))')
    const openMs = performance.now() - before
    const worked = async () => {
      const { metrics } = await session.send('Performance.getMetrics')
      return 1_000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0)
    }
    const workMs = await worked()
    const frames = (await then?.(page)) ?? []
    return { openMs, workMs, frames, zoomMs: ((await worked()) - workMs) / zooms }
  } finally {
    await page.close()
  }
}

const zooms = 4

/** Zooms into the chart of the metric again and again, and back; gives the times between the frames, in milliseconds. */
async function zoomed(page) {
  const over = page.locator('.u-over').first()
  await over.scrollIntoViewIfNeeded()
  const { x, y, width } = await over.boundingBox()
  await page.evaluate(
    '{ window.frames_ = []; let last = performance.now(); const look = (now) => { window.frames_.push(now - last); last = now; requestAnimationFrame(look) }; requestAnimationFrame(look) }',
  )
  for (let round = 0; round < zooms; round += 1) {
    await page.mouse.move(x + width * 0.2, y + 60)
    await page.mouse.down()
    await page.mouse.move(x + width * 0.8, y + 60, { steps: 12 })
    await page.mouse.up()
    await page.mouse.move(x + width * 0.5, y + 80, { steps: 12 })
    if (round % 2 === 1) await page.mouse.dblclick(x + width * 0.5, y + 60)
  }
  return page.evaluate('window.frames_')
}
