import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { choice, project, range } from '@simple-sagemaker/core'
import { local } from '@simple-sagemaker/core/local'
import { reportOf, writeReport, type ReportDocument, type ReportedJob } from '@simple-sagemaker/core/report'
import { chromium, type Browser, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { lacking } from '../support/prerequisites.ts'

// Reports of real jobs, as a browser shows them.
const missing = lacking('chromium')
const root = mkdtempSync(join(tmpdir(), 'ssm-report-page-'))
const cli = join(import.meta.dirname, '../../packages/cli/bin/ssm.cjs')
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
let browser: Browser

beforeAll(async () => {
  if (missing === undefined) browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })
}, 60_000)

afterAll(async () => {
  await browser?.close()
  rmSync(root, { recursive: true, force: true })
})

interface View {
  readonly width?: number
  readonly scheme?: 'light' | 'dark'
}

/** A page of its own, and everything that went wrong on it or left it. */
async function opened(address: string, { width = 1280, scheme = 'light' }: View = {}) {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: scheme })
  const page = await context.newPage()
  const complaints: string[] = []
  const [own = ''] = /^http:\/\/[^/]+/.exec(address) ?? []
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('dialog', (dialog) => {
    complaints.push(`dialog ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on('request', (request) => {
    if (
      !request.url().startsWith('file:') &&
      !request.url().startsWith('blob:') &&
      !(own !== '' && request.url().startsWith(own))
    )
      complaints.push(`request ${request.url()}`)
  })
  await page.goto(address)
  await page.waitForSelector('h1')
  return { page, complaints, close: () => context.close() }
}

const urlOf = (file: string): string => pathToFileURL(file).href

/** What axe-core finds, as sentences. */
async function violations(page: Page): Promise<readonly string[]> {
  // Evaluated by the browser's debugger: the page's own policy refuses foreign scripts.
  await page.evaluate(axe)
  return page.evaluate<string[]>(
    `axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes.slice(0, 3).map(({ html }) => html.slice(0, 200)).join(' | ')))`,
  )
}

/** Waits in a shell until so many samples of what machines use are kept: two of a machine make a line of a chart. */
const measured = (folder: string, samples: number): string =>
  `until [ "$(cat $(find ${folder} -name usage.ndjson) /dev/null | wc -l)" -ge ${samples} ]; do sleep 0.1; done`

const hostile = [
  '<script>window.taken=1</script>',
  '</script><script>window.taken=2</script>',
  '<img src=x onerror="window.taken=3">',
  '<a href="javascript:window.taken=4">click</a>',
  '\u001b[31mred\u001b[0m \u001b]0;title\u0007 \u0000nul',
  '\u202Ereversed',
  '👩‍🚀 émoji \u05D0\u05D1\u05D2',
  `long ${'x'.repeat(1_000_000)}`,
]

test.skipIf(missing)(
  'a page shows real jobs, whatever they printed, and nothing of it is ever executed',
  { timeout: 120_000 },
  async () => {
    const folder = join(root, 'hostile')
    await using platform = local({ root: folder })
    const lines = join(root, 'lines.txt')
    writeFileSync(lines, `${hostile.join('\n')}\n`)
    const ex = project('p', { platform })
    const first = ex
      .task('first')
      .shell(
        `cat ${lines}; for i in 1 2 3; do echo "loss=0.$i"; sleep 0.2; done; ${measured(folder, 4)}; echo m > $SM_MODEL_DIR/'<b>m'`,
      )
      .metric('<i>loss</i>', 'loss=([0-9.]+)')
      .hyperparameters({ lr: '<u>1</u>' })
      .instanceCount(2)
    await first.run()
    const second = ex.task('second').shell(`cat ${lines} >&2; exit 3`).input.fromTask('first', 'model')
    await expect(second.run()).rejects.toMatchObject({ code: 'JOB_FAILED' })
    const file = join(root, 'p.html')
    await ex.report(file).catch(async () => writeReport(await reportOf({ platform, project: 'p' }), file))
    for (const view of [
      { width: 1280, scheme: 'light' },
      { width: 390, scheme: 'dark' },
      { width: 390, scheme: 'light' },
      { width: 1280, scheme: 'dark' },
    ] as const) {
      const { page, complaints, close } = await opened(urlOf(file), view)
      expect(await violations(page)).toEqual([])
      expect(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')).toBe(0)
      expect(await page.evaluate('window.taken')).toBeUndefined()
      expect(complaints).toEqual([])
      await close()
    }
    const { page, complaints, close } = await opened(urlOf(file))
    const text = await page.innerText('main')
    for (const heading of [
      'Tasks',
      'Timeline',
      'Cost',
      'Metrics',
      'Machine use',
      'Hyperparameters',
      'Inputs, outputs and state',
      'Request',
    ])
      expect(text).toContain(heading)
    expect(text).toContain('<i>loss</i>')
    expect(text).toContain('<u>1</u>')
    // A line of more than 256 KiB comes in pieces.
    for (const shown of [
      '<script>window.taken=1</script>',
      '⟨U+202E⟩reversed',
      '␀nul',
      '👩‍🚀 émoji',
      '… (262144 characters)',
      '… (213573 characters)',
    ])
      expect(text).toContain(shown)
    expect(text).not.toContain('\u001b')
    expect(text).toContain('What to do:')
    // A graph of two tasks, each a link to its part of the page.
    expect(await page.locator('svg a').count()).toBe(2)
    // The search of the log, and one machine of it.
    const log = page.locator('article').first()
    await log.locator('input[type=search]').fill('loss=0.2')
    await log.locator('select').selectOption('2')
    await expect.poll(() => log.locator('.line').count()).toBe(1)
    // The values of a chart, as others read them.
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      log.getByRole('button', { name: 'CSV' }).first().click(),
    ])
    const csv = readFileSync(await download.path(), 'utf8')
      .trim()
      .split('\r\n')
    expect(csv[0]).toBe('time,series,value')
    expect(csv).toHaveLength(1 + 2 * 3)
    expect(complaints).toEqual([])
    await close()
  },
)

test.skipIf(missing)(
  'the page of a job shows what changed in its code and what it cost, and executes nothing of either',
  { timeout: 120_000 },
  async () => {
    await using platform = local({ root: join(root, 'code') })
    const folder = join(root, 'sources')
    mkdirSync(folder)
    const write = (name: string, text: string): void => writeFileSync(join(folder, name), text)
    const prices = { priceOf: () => Promise.resolve({ usdPerHour: 1.4, from: '<img src=x onerror="window.taken=5">' }) }
    const task = project('c', { platform, prices }).task('t').code('run.sh', { sourceDir: folder }).instanceCount(2)
    write('run.sh', 'echo one\n')
    write('<img src=x onerror=taken=6>', 'before\n')
    await task.run()
    write(
      'run.sh',
      `echo one\n# <script>window.taken=7</script>\n# ${String.fromCodePoint(0x20_2e)}reversed ${'\u001b'}[31mred\n`,
    )
    write('<img src=x onerror=taken=6>', 'before\n</pre><script>window.taken=8</script>\n')
    const result = await task.run()
    const file = join(root, 'code.html')
    await result.report(file)
    for (const view of [
      { width: 1280, scheme: 'light' },
      { width: 390, scheme: 'dark' },
    ] as const) {
      const { page, complaints, close } = await opened(urlOf(file), view)
      expect(await page.locator('pre.diff .added').allInnerTexts()).toEqual([
        '+ </pre><script>window.taken=8</script>',
        '+ # <script>window.taken=7</script>',
        '+ # ⟨U+202E⟩reversed red',
      ])
      const text = await page.innerText('main')
      for (const shown of ['<img src=x onerror=taken=6>', 'Prices: <img src=x onerror="window.taken=5">', 'algo-2'])
        expect(text).toContain(shown)
      expect(await page.locator('.machines li').count()).toBe(2)
      expect(await page.evaluate('window.taken')).toBeUndefined()
      expect(await violations(page)).toEqual([])
      expect(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')).toBe(0)
      expect(complaints).toEqual([])
      await close()
    }
  },
)

test.skipIf(missing)(
  'the page of a search shows its trials, and a trial that is chosen in the table is marked in the charts',
  { timeout: 120_000 },
  async () => {
    await using platform = local({ root: join(root, 'search') })
    const prices = { priceOf: () => Promise.resolve({ usdPerHour: 1.4, from: '<b>a test' }) }
    const found = await project('s', { platform, prices })
      .task('train')
      .shell('echo loss=$SM_HP_LR; echo loss=$SM_HP_LR')
      .metric('loss', 'loss=([0-9.]+)')
      .search({ lr: range.float(0.1, 0.9), '<img src=x onerror=alert(1)>': choice('<script>alert(2)</script>', 'b') })
      .minimize('loss')
      .trials(10)
      .run()
    const file = join(root, 'search.html')
    await found.report(file)
    for (const view of [
      { width: 1280, scheme: 'light' },
      { width: 390, scheme: 'dark' },
    ] as const) {
      const { page, complaints, close } = await opened(urlOf(file), view)
      const table = page.getByRole('region', { name: 'Trials of train' })
      expect(await table.locator('tbody tr').count()).toBe(10)
      await table.getByRole('button', { name: '3', exact: true }).click()
      expect(await page.locator('circle.chosen').count()).toBe(1)
      expect(await page.locator('path.thread.chosen').count()).toBe(1)
      await table.getByRole('button', { name: 'loss' }).click()
      const values = (await table.locator('tbody tr td:nth-child(3)').allInnerTexts()).map(Number)
      expect(values).toEqual(values.toSorted((one, other) => one - other))
      expect(await page.innerText('main')).toContain('<script>alert(2)</script>')
      expect(await page.innerText('main')).toContain('Prices: <b>a test')
      expect(await violations(page)).toEqual([])
      expect(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')).toBe(0)
      expect(complaints).toEqual([])
      await close()
    }
  },
)

test.skipIf(missing)(
  '100 000 values of 16 machines and the ends of a long log fit into a page that opens',
  { timeout: 120_000 },
  async () => {
    const machines = 16
    const values = 100_000 / machines
    const job = {
      task: 'large',
      state: {
        kind: 'training',
        name: 'large',
        status: 'completed',
        phase: 'Completed',
        phases: [],
        machines,
        createdAtMs: 0,
        endedAtMs: 1e7,
        interruptions: 0,
        finalMetrics: [],
      },
      outcome: 'The job completed.',
      attempts: [],
      machines: [],
      cost: { kind: 'unknown', because: 'nobody asked' },
      hyperparameters: {},
      earlier: [],
      series: Array.from({ length: machines }, (_, at) => ({
        name: 'loss',
        machine: `algo-${at + 1}`,
        atMs: Array.from({ length: values }, (__, index) => index * 1_000),
        values: Array.from({ length: values }, (__, index) => Math.exp(-index / 900) + at / 100 + ((index * 7919) % 97) / 900),
      })),
      usage: [],
      inputs: [],
      outputs: [],
      code: { files: {}, changes: [], changed: [] },
      log: {
        total: 1_000_000,
        head: Array.from({ length: 2_000 }, (_, at) => [
          at,
          (at % machines) + 1,
          `line ${at} of a log with something to read in it`,
        ]),
        tail: Array.from({ length: 18_000 }, (_, at) => [
          at + 982_000,
          (at % machines) + 1,
          `line ${at + 982_000} of a log with something to read`,
        ]),
      },
    } as unknown as ReportedJob
    const document: ReportDocument = {
      v: 1,
      about: 'job',
      place: 'local',
      madeAtMs: 0,
      jobs: [job],
      edges: [],
      searches: [],
      leftOut: ['980000 lines'],
    }
    const file = join(root, 'large.html')
    await writeReport(document, file)
    expect(statSync(file).size).toBeLessThan(10_000_000)
    const { page, complaints, close } = await opened(urlOf(file))
    await page.waitForSelector('canvas')
    // Dragging over a chart zooms into it.
    const box = await page.locator('.u-over').first().boundingBox()
    if (box === null) throw new Error('There is no chart')
    await page.mouse.move(box.x + box.width * 0.4, box.y + 50)
    await page.mouse.down()
    await page.mouse.move(box.x + box.width * 0.6, box.y + 60, { steps: 4 })
    await page.mouse.up()
    // Only what is in sight is in the page.
    expect(await page.locator('.line').count()).toBeLessThan(100)
    await page.evaluate("{ const log = document.querySelector('.log'); log.scrollTop = log.scrollHeight }")
    await page.getByText('line 999999 of a log').waitFor()
    // Printed, it is some pages: the log stays on the screen, and dark pages are printed on white.
    const printed = (await page.pdf({ format: 'A4' })).toString('latin1')
    expect([...printed.matchAll(/\/Type\s*\/Page[^s]/g)].length).toBeLessThan(5)
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' })
    expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)')
    expect(await page.locator('.log').isVisible()).toBe(false)
    expect(complaints).toEqual([])
    await close()
  },
)

/** `ssm watch --web` of these words, and the address that it serves. */
async function watched(words: readonly string[], folder: string) {
  const child = spawn(process.execPath, [cli, 'watch', ...words, '--web', '--json', '--platform', 'local'], {
    env: { ...process.env, SSM_LOCAL_DIR: folder },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  const output = await new Promise<string>((resolve) => child.stdout.once('data', (bytes: Buffer) => resolve(bytes.toString())))
  return { child, ended, url: (JSON.parse(output) as { readonly url: string }).url }
}

test.skipIf(missing)(
  'a served page follows its job to the end, and answers nobody who does not know its address',
  { timeout: 120_000 },
  async () => {
    const folder = join(root, 'live')
    const go = join(root, 'go')
    await using platform = local({ root: folder })
    const task = project('live', { platform })
      .task('t')
      .shell(`echo loss=1; until [ -e ${go} ]; do sleep 0.05; done; echo loss=0.5; echo last`)
      .metric('loss', 'loss=([0-9.]+)')
    const running = await task.start()
    const { name } = await running.job()
    const { child, url, ended } = await watched([name], folder)
    try {
      const [origin = ''] = /^http:\/\/127\.0\.0\.1:\d+/.exec(url) ?? []
      for (const wrong of [`${origin}/`, `${origin}/events`, `${url.slice(0, -3)}xx/`, `${url}other`])
        expect((await fetch(wrong)).status).toBe(404)
      expect((await fetch(url, { method: 'POST' })).status).toBe(405)
      const { page, complaints, close } = await opened(url)
      await page.getByText('live', { exact: false }).first().waitFor()
      await page.getByText('loss=1').first().waitFor()
      writeFileSync(go, '')
      await page.getByText('The job completed').waitFor({ timeout: 60_000 })
      await page.getByText('last', { exact: true }).waitFor()
      expect(await page.locator('.line').count()).toBe(3)
      expect(await violations(page)).toEqual([])
      expect(complaints).toEqual([])
      await close()
      await running.result()
    } finally {
      child.kill('SIGINT')
      expect(await ended).toBe(130)
    }
  },
)

test.skipIf(missing)(
  'a served page of a search shows its trials while they run, and the best one when it ended',
  { timeout: 120_000 },
  async () => {
    const folder = join(root, 'live-search')
    const go = join(root, 'go-search')
    await using platform = local({ root: folder })
    const search = project('live', { platform })
      .task('t')
      .shell(`echo loss=$SM_HP_LR; until [ -e ${go} ]; do sleep 0.05; done; echo loss=$SM_HP_LR; echo best`)
      .metric('loss', 'loss=([0-9.]+)')
      .search({ lr: range.float(0.1, 0.9) })
      .minimize('loss')
      .trials(3)
      .parallel(2)
    const found = search.run()
    // Before there is a note of it, nobody could tell the search from nothing.
    const isNoted = (): boolean =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' }).some((path) => path.endsWith('search.json'))
    await expect.poll(isNoted, { timeout: 60_000 }).toBe(true)
    const { child, url, ended } = await watched(['-p', 'live', '-t', 't'], folder)
    try {
      const { page, complaints, close } = await opened(url)
      const rows = page.getByRole('region', { name: 'Trials of t' }).locator('tbody tr')
      // Both that run have a value of their own: it comes from their jobs, for no trial has ended.
      await expect.poll(() => rows.filter({ hasText: 'running' }).count(), { timeout: 60_000 }).toBe(2)
      await expect
        .poll(() => rows.locator('td:nth-child(3)').allInnerTexts(), { timeout: 60_000 })
        .toEqual([expect.stringMatching(/^0\.\d+$/), expect.stringMatching(/^0\.\d+$/)])
      writeFileSync(go, '')
      await page.getByText(/The best of 3 trials is trial \d/).waitFor({ timeout: 60_000 })
      await expect.poll(() => rows.filter({ hasText: 'completed' }).count(), { timeout: 60_000 }).toBe(3)
      // The job of the best one came with it, and its log.
      await page.getByText('best', { exact: true }).waitFor()
      expect(await violations(page)).toEqual([])
      expect(complaints).toEqual([])
      await close()
      await found
    } finally {
      writeFileSync(go, '')
      child.kill('SIGINT')
      expect(await ended).toBe(130)
      await found.catch(() => undefined)
    }
  },
)
