import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname, extname, join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { chromium, type Browser, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sections } from '../../docs/site/contents.mjs'
import { projectFiles } from '../house/rules/files.ts'
import { lacking } from '../support/prerequisites.ts'

// The documentation site as a reader gets it: built by its one command, served as files, and opened in a browser.
const repository = fileURLToPath(new URL('../..', import.meta.url))
const missing = lacking('chromium')
const dist = join(repository, 'docs/site/dist')
let server: Server
let address: string
let browser: Browser

beforeAll(async () => {
  if (missing !== undefined) return
  await execa('node', ['scripts/site.mjs'], { cwd: repository })
  server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://site').pathname)
    const file = join(dist, path.endsWith('/') ? `${path}index.html` : path)
    if (!existsSync(file)) return void response.writeHead(404).end()
    // As a host would: the browser keeps what has a hash in its name, and does not compile it again for every page.
    const kept = file.startsWith(join(dist, 'assets')) ? { 'cache-control': 'max-age=3600, immutable' } : {}
    response
      .writeHead(200, { 'content-type': types[extname(file)] ?? 'application/octet-stream', ...kept })
      .end(readFileSync(file))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })
}, 600_000)

afterAll(async () => {
  await browser?.close()
  server?.close()
})

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
}

// The report of the demo is a page of its own, made by `ssm report`: another test opens it.
const everyPage = (): readonly string[] =>
  readdirSync(dist, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.html') && !path.startsWith('api/') && !['404.html', 'report.html'].includes(path))
    .map((path) => `/${path}`)

test('every guide and page of docs is in the side bar or reached from one', () => {
  const listed = new Set(sections.flatMap(({ pages }) => pages.map(({ from }) => from)))
  const pages = projectFiles((path) => /^docs\/(guides\/)?[^/]+\.md$/.test(path) && path !== 'docs/index.md')
  expect(pages.map(({ path }) => path).filter((path) => !listed.has(path))).toEqual([])
})

test.skipIf(missing)(
  'every page opens without an error, an outside request, a dead link or a side scroll on a phone',
  { timeout: 300_000 },
  async () => {
    const complaints: string[] = []
    const ids = new Map<string, ReadonlySet<string>>()
    const links: { readonly from: string; readonly to: string }[] = []
    const page = await opened({ width: 390, height: 844 }, complaints)
    const pages = everyPage()
    expect(pages.length).toBeGreaterThan(30)
    for (const path of pages) {
      await page.goto(address + path)
      await page.waitForSelector('.VPContent')
      ids.set(path, new Set(await texts(page, `[...document.querySelectorAll('[id]')].map(({ id }) => id)`)))
      for (const to of await texts(page, `[...document.querySelectorAll('.VPContent a[href]')].map(({ href }) => href)`))
        links.push({ from: path, to })
      const wide = await page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth')
      if (wide > 1) complaints.push(`${path} is ${wide} px wider than a phone`)
    }
    for (const { from, to } of links.filter((link) => link.to.startsWith(address))) {
      const url = new URL(to)
      const path = url.pathname.endsWith('/') ? `${url.pathname}index.html` : url.pathname
      if (!existsSync(join(dist, decodeURIComponent(path)))) complaints.push(`${from} links to ${path}, which is not there`)
      const known = ids.get(path)
      const id = decodeURIComponent(url.hash.slice(1))
      if (known !== undefined && id !== '' && !known.has(id))
        complaints.push(`${from} links to ${path}#${id}, which is not there`)
    }
    expect(complaints).toEqual([])
  },
)

test.skipIf(missing)("the site has the report of the demo's jobs, which opens on a phone", { timeout: 60_000 }, async () => {
  const complaints: string[] = []
  const page = await opened({ width: 390, height: 844 }, complaints)
  await page.goto(`${address}/report.html`)
  await page.waitForSelector('h1')
  expect(await page.evaluate<string>('document.body.innerText')).toContain('weather')
  expect(complaints).toEqual([])
})

test.skipIf(missing)('links inside the API reference lead somewhere', () => {
  const files = readdirSync(join(dist, 'api'), { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.html'))
  expect(files.length).toBeGreaterThan(50)
  const dead = files.flatMap((file) =>
    [...readFileSync(join(dist, 'api', file), 'utf8').matchAll(/href="([^"#:]+)(?:#[^"]*)?"/g)]
      .map(([, target = '']) => posix.normalize(posix.join('api', dirname(file), target)))
      .filter((target) => !existsSync(join(dist, target)))
      .map((target) => `${file} links to ${target}`),
  )
  expect(dead).toEqual([])
})

test.skipIf(missing)('the API reference calls its modules by the names that programs import', async () => {
  const names = readFileSync(join(dist, 'api/modules.html'), 'utf8')
  expect(names).toContain('@simple-sagemaker/core')
  expect(names).not.toMatch(/core\/src/)
})

test.skipIf(missing)('both colour schemes are readable at the width of a phone and of a desk', { timeout: 60_000 }, async () => {
  const complaints: string[] = []
  for (const width of [390, 1280]) {
    for (const colorScheme of ['light', 'dark'] as const) {
      const page = await opened({ width, height: 900 }, complaints, colorScheme)
      await page.goto(`${address}/concepts.html`)
      await page.waitForSelector('.diagram')
      const colours = await texts(
        page,
        `[getComputedStyle(document.querySelector('.diagram text')).fill, getComputedStyle(document.body).backgroundColor]`,
      )
      expect(contrast(colours[0] ?? '', colours[1] ?? ''), `${width} ${colorScheme} ${colours.join()}`).toBeGreaterThan(7)
      const pictures = process.env['SSM_SCREENSHOTS']
      if (pictures !== undefined) {
        for (const name of ['index', 'getting-started', 'concepts', 'guides/options'])
          await page
            .goto(`${address}/${name}.html`)
            .then(() => page.screenshot({ path: join(pictures, `${name.replace('/', '-')}-${width}-${colorScheme}.png`) }))
      }
      await page.context().close()
    }
  }
  expect(complaints).toEqual([])
})

// What users ask for, and a page that answers it.
const questions: readonly (readonly [query: string, page: string])[] = [
  ['spot', 'retries'],
  ['checkpoint', 'workers'],
  ['docker image', 'images'],
  ['IAM policy', 'administrators'],
  ['cancel', 'tasks'],
  ['kill', 'tasks'],
  ['GPU', 'tasks'],
  ['cache', 'tasks'],
  ['debug', 'tasks'],
  ['download model', 'tasks'],
  ['python version', 'tasks'],
  ['notebook', 'services'],
  ['IAM', 'administrators'],
  ['write_result', 'tasks'],
  ['best model', 'search'],
  ['stop', 'cli'],
  ['logs', 'cli'],
  ['download output', 'tasks'],
  ['retry', 'retries'],
  ['budget', 'cost'],
  ['chain tasks', 'examples/08-chaining'],
  ['TypeScript types', 'typed-workers'],
  ['bundler', 'bundlers'],
  ['jest', 'bundlers'],
  ['proxy', 'aws'],
  ['local platform', 'paths'],
  ['metrics', 'examples/10-metrics'],
  ['hyperparameters', 'tasks'],
  ['torchrun', 'distributed'],
  ['python packages', 'tasks'],
  ['timeout', 'tasks'],
  ['private subnet', 'aws'],
  ['secret', 'services'],
  ['permissions', 'administrators'],
  ['SM_CHANNEL', 'workers'],
  ['JOB_FAILED', 'errors'],
  ['max_run', 'cli'],
  ['exit code', 'cli'],
  ['Estimator', 'from-sagemaker-sdk'],
  ['SageMakerProject', 'from-python'],
  ['fingerprint', 'concepts'],
]
// A reader looks at the first results, each of which is a section of a page.
const looked = 3

test.skipIf(missing)('the search of the site finds what users ask for, without a network', { timeout: 300_000 }, async () => {
  const complaints: string[] = []
  const page = await opened({ width: 1280, height: 900 }, complaints)
  await page.goto(`${address}/getting-started.html`)
  const misses: string[] = []
  for (const [query, wanted] of questions) {
    await page.click('.VPNavBarSearch button')
    await page.fill('.VPLocalSearchBox input', query)
    // Results come while one types: those of the whole question are waited for.
    const first = `[...document.querySelectorAll('.VPLocalSearchBox .result')].slice(0, ${looked}).map(({ href }) => href)`
    const isThere = `${first}.some((href) => href.includes('/${wanted}.html'))`
    const found = await page.waitForFunction(isThere, undefined, { timeout: 20_000 }).catch(() => undefined)
    if (found === undefined) misses.push(`${query}: ${(await texts(page, first)).join(' ')}`)
    await page.keyboard.press('Escape')
  }
  expect(misses).toEqual([])
  expect(complaints).toEqual([])
})

// What runs in the browser is text: the types of a browser stay out of this program.
const texts = (page: Page, expression: string): Promise<readonly string[]> => page.evaluate<readonly string[]>(expression)

async function opened(
  viewport: { readonly width: number; readonly height: number },
  complaints: string[],
  colorScheme: 'light' | 'dark' = 'light',
): Promise<Page> {
  const page = await (await browser.newContext({ viewport, colorScheme })).newPage()
  page.on('console', (message) => message.type() === 'error' && complaints.push(`${page.url()}: ${message.text()}`))
  page.on('pageerror', (error) => complaints.push(`${page.url()}: ${error.message}`))
  page.on('request', (request) => {
    if (!request.url().startsWith(address) && !request.url().startsWith('data:')) complaints.push(`asks ${request.url()}`)
  })
  return page
}

/** How much two colours differ, as WCAG counts it: 21 for black on white. */
function contrast(one: string, other: string): number {
  const light = [one, other].map(luminance).sort((a, b) => b - a)
  return ((light[0] ?? 0) + 0.05) / ((light[1] ?? 0) + 0.05)
}

function luminance(colour: string): number {
  const [r = 0, g = 0, b = 0] = (colour.match(/[\d.]+/g) ?? []).map(Number).map((value) => {
    const share = value / 255
    return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}
