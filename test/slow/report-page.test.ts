import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeReport, type ReportDocument } from '@simple-sagemaker/core/report'
import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { lacking } from '../support/prerequisites.ts'
import { opened, overflow, startBrowser, urlOf, violations } from '../support/report/browser.ts'
import { wholeDocument, withTexts } from '../support/report/whole-document.ts'

// Pages of documents that hold everything a report can hold.
const missing = lacking('chromium')
const root = mkdtempSync(join(tmpdir(), 'ssm-whole-report-'))
let browser: Browser

beforeAll(async () => {
  if (missing === undefined) browser = await startBrowser()
}, 60_000)

afterAll(async () => {
  await browser?.close()
  rmSync(root, { recursive: true, force: true })
})

async function written(name: string, document: unknown): Promise<string> {
  const file = join(root, `${name}.html`)
  await writeReport(document as ReportDocument, file)
  return urlOf(file)
}

const hostile = [
  '<script>window.taken=1</script>',
  '</script><script>window.taken=2</script>',
  '<img src=x onerror="window.taken=3">',
  '"><svg onload="window.taken=4">',
  `' onmouseover='window.taken=5`,
  'javascript:window.taken=6',
  '${window.taken=7}',
  '<style>*{display:none}</style>',
  '--><iframe src="https://example.invalid/">',
  '&lt;b&gt;&#60;i&#62;',
  '\u001b[31m\u001b]0;title\u0007\u0000\u202E\uFFFE',
  '__proto__',
]

test.skipIf(missing)(
  'hostile texts in every place that a report has execute nothing and are shown',
  { timeout: 120_000 },
  async () => {
    const given = new Map<string, string>()
    const changed = (text: string): string => {
      const made = given.get(text) ?? `${hostile[given.size % hostile.length]} ${given.size}`
      given.set(text, made)
      return made
    }
    // Twice, so that each place has another text the second time.
    for (const round of ['one', 'two']) {
      if (round === 'two') given.clear()
      if (round === 'two') for (const each of ['an', 'offset', 'of', 'five', 'texts']) changed(each)
      const document = withTexts(wholeDocument, changed)
      expect(given.size).toBeGreaterThan(60)
      const { page, complaints, close } = await opened(browser, await written(`hostile-${round}`, document))
      // Everything that opens by a click, a key or a pointer, is opened.
      await page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
      for (const sort of await page.locator('button.sort').all()) await sort.click()
      for (const place of await page.locator('.u-over').all()) await place.hover()
      expect(await page.evaluate('window.taken')).toBeUndefined()
      // One script of the page's own, and its document; nothing that a text could have made.
      expect(await page.locator('script').count()).toBe(2)
      expect(await page.locator('img, iframe, [onload], [onerror], [onmouseover], a:not([href^="#"])').count()).toBe(0)
      expect(await page.locator('style').count()).toBe(1)
      const text = await page.innerText('main')
      for (const start of hostile.slice(0, 10)) expect(text).toContain(start)
      expect(text).not.toContain('\u001b')
      expect(complaints).toEqual([])
      expect(await overflow(page)).toBe(0)
      await close()
    }
  },
)

test.skipIf(missing)(
  'a page with everything that a report can hold has no fault that axe-core finds, at both widths and in both schemes',
  { timeout: 120_000 },
  async () => {
    const address = await written('whole', wholeDocument)
    for (const [width, scheme] of [
      [1280, 'light'],
      [390, 'dark'],
    ] as const) {
      const { page, complaints, close } = await opened(browser, address, { width, scheme })
      expect([width, scheme, await violations(page)]).toEqual([width, scheme, []])
      expect(await overflow(page)).toBe(0)
      expect(complaints).toEqual([])
      await close()
    }
  },
)

const chartOf = (page: Page, title: string): Locator =>
  page
    .locator('article')
    .nth(1)
    .locator('figure.chart')
    .filter({ has: page.locator('figcaption', { hasText: title }) })
    .first()

/** Moves the pointer to a share of the width of a chart; gives how high the value's point is there, in pixels from the top. */
async function pointAt(page: Page, chart: Locator, share: number): Promise<number> {
  const over = chart.locator('.u-over')
  await over.scrollIntoViewIfNeeded()
  const box = await over.boundingBox()
  if (box === null) throw new Error('The chart is not shown')
  await page.mouse.move(box.x + box.width * share, box.y + box.height / 2)
  return Number(/, (-?[\d.]+)px/.exec((await chart.locator('.u-cursor-pt').first().getAttribute('style')) ?? '')?.[1])
}

const legendOf = async (chart: Locator): Promise<readonly string[]> =>
  (await chart.locator('.u-series .u-value').allInnerTexts()).map((text) => text.trim())

test.skipIf(missing)(
  'a chart tells the values under the pointer, of every machine, and its scale can be logarithmic',
  { timeout: 120_000 },
  async () => {
    const { page, complaints, close } = await opened(browser, await written('charts', wholeDocument))
    const chart = chartOf(page, 'accuracy')
    // The values fall from 1000 to 1, at equal factors: a straight line on a logarithmic scale.
    const linear = await pointAt(page, chart, 0.5)
    const legend = await legendOf(chart)
    const [value = 0] = legend.slice(1).map(Number)
    expect(value).toBeGreaterThan(20)
    expect(value).toBeLessThan(50)
    // Both machines have the same values, at times of their own.
    expect(legend.slice(1)).toEqual([legend[1], legend[1]])
    await pointAt(page, chart, 0.02)
    expect(Number((await legendOf(chart))[1])).toBeGreaterThan(500)
    // 32 of 1000 is near the bottom of a linear scale, and in the middle of a logarithmic one.
    const height = (await chart.locator('.u-over').boundingBox())?.height ?? 0
    expect(linear / height).toBeGreaterThan(0.8)
    // The chart is made anew, after the box was ticked.
    const middle = (): Promise<number> => pointAt(page, chart, 0.5).catch(() => Number.NaN)
    await chart.getByRole('checkbox', { name: 'logarithmic' }).check()
    await expect.poll(async () => (await middle()) / height).toBeLessThan(0.65)
    expect((await legendOf(chart)).slice(1)).toEqual(legend.slice(1))
    await chart.getByRole('checkbox', { name: 'logarithmic' }).uncheck()
    await expect.poll(middle).toBe(linear)
    expect(complaints).toEqual([])
    await close()
  },
)

async function saved(page: Page, chart: Locator, button: 'CSV' | 'SVG', file: string): Promise<string> {
  const [download] = await Promise.all([page.waitForEvent('download'), chart.getByRole('button', { name: button }).click()])
  await download.saveAs(join(root, file))
  return readFileSync(join(root, file), 'utf8')
}

test.skipIf(missing)(
  'a chart is saved as values and as a picture; the picture opens by itself, and names are text in it',
  { timeout: 120_000 },
  async () => {
    const names: Readonly<Record<string, string>> = {
      accuracy: `acc <script>alert(1)</script> & "x" \u0000 \uFFFE`,
      'algo-1': '=HYPERLINK("x")',
      'algo-2': '</svg><image href="https://example.invalid/">',
    }
    const document = withTexts(wholeDocument, (text) => names[text] ?? text)
    const { page, complaints, close } = await opened(browser, await written('saved', document))
    const chart = chartOf(page, 'acc <script>')
    const csv = (await saved(page, chart, 'CSV', 'chart.csv')).trim().split('\r\n')
    expect(csv).toHaveLength(1 + 2 * 40)
    expect(csv[1]).toBe(`${new Date(1e12 + 60_000).toISOString()},"'=HYPERLINK(""x"")",1000`)
    const linear = await saved(page, chart, 'SVG', 'linear.svg')
    await chart.getByRole('checkbox', { name: 'logarithmic' }).check()
    const logarithmic = await saved(page, chart, 'SVG', 'logarithmic.svg')
    expect(complaints).toEqual([])
    await close()
    const middle = (svg: string): number => Number(/points="([^"]+)"/.exec(svg)?.[1]?.split(' ')[20]?.split(',')[1])
    expect(middle(logarithmic)).toBeLessThan(middle(linear) - 50)
    for (const file of ['linear.svg', 'logarithmic.svg']) {
      const picture = await opened(browser, urlOf(join(root, file)))
      const tags = await picture.page.evaluate<string[]>(
        "[...new Set([...document.querySelectorAll('*')].map(({ tagName }) => tagName))]",
      )
      expect(tags.toSorted()).toEqual(['polyline', 'rect', 'svg', 'text'])
      const texts = await picture.page.evaluate<string>('document.documentElement.textContent')
      for (const shown of ['acc <script>alert(1)</script> & "x" ␀', '=HYPERLINK("x")', '</svg><image href='])
        expect(texts).toContain(shown)
      expect(picture.complaints).toEqual([])
      await picture.close()
    }
  },
)
