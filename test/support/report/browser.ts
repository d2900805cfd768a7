import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { chromium, type Browser, type Page } from 'playwright-core'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** How a page is looked at. */
export interface View {
  readonly width?: number
  readonly scheme?: 'light' | 'dark'
}

/** Debian's Chromium, without a window. */
export const startBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })

/** A page of its own, and everything that went wrong on it or left it. */
export async function opened(browser: Browser, address: string, { width = 1280, scheme = 'light' }: View = {}) {
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
    const isAllowed = /^(file|blob):/.test(request.url()) || (own !== '' && request.url().startsWith(own))
    if (!isAllowed) complaints.push(`request ${request.url()}`)
  })
  await page.goto(address)
  await page.waitForSelector('h1, svg')
  return { page, complaints, close: () => context.close() }
}

/** The address of a file. */
export const urlOf = (file: string): string => pathToFileURL(file).href

/** What axe-core finds, as sentences. */
export async function violations(page: Page): Promise<readonly string[]> {
  // Evaluated by the browser's debugger: the page's own policy refuses foreign scripts.
  await page.evaluate(axe)
  return page.evaluate<string[]>(
    `axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes.slice(0, 3).map(({ html }) => html.slice(0, 200)).join(' | ')))`,
  )
}

/** By how many pixels the page is wider than its window. */
export const overflow = (page: Page): Promise<unknown> =>
  page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')
