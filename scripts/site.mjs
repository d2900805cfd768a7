// Builds the documentation site into docs/site/dist: `npm run docs`. Pages are copied, their links turned into links of the site,
// and files of the repository that a page links to become pages that show their text. The API reference is typedoc's.
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, extname, join, posix } from 'node:path'
import process from 'node:process'
import { alsoFrom, sections } from '../docs/site/contents.mjs'
import { apiReference } from './api-reference.mjs'
import { pnpm, setup } from './setup.mjs'
import { isMain, main, root, SetupError, step } from './support.mjs'

const site = join(root, 'docs/site')
const staged = join(site, 'pages')
const dist = join(site, 'dist')

/** Builds the whole site. */
export async function buildSite() {
  await setup()
  await step('installing the site generator', install)
  rmSync(dist, { recursive: true, force: true })
  await step('collecting the pages', stage)
  await step('building the pages', () => run(join(site, 'node_modules/.bin/vitepress'), ['build', site]))
  await step('building the API reference', async () => cpSync(await apiReference(), join(dist, 'api'), { recursive: true }))
  await step('running the demo, for its report', demoReport)
  process.stdout.write('Built docs/site/dist. Look at it: npx --yes serve docs/site/dist\n')
}

function install() {
  const stamp = join(site, 'node_modules/.ssm-installed')
  const wanted = readFileSync(join(site, 'pnpm-lock.yaml'), 'utf8')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return
  run('npx', ['--yes', pnpm, '--dir', site, 'install', '--frozen-lockfile'])
  writeFileSync(stamp, wanted)
}

/** The page about the demo's jobs is made from jobs that ran just now, so it shows what a report is today. */
function demoReport() {
  const store = mkdtempSync(join(tmpdir(), 'ssm-site-demo-'))
  try {
    const env = { ...process.env, SSM_LOCAL_DIR: store }
    run(process.execPath, [join(root, 'scripts/example.mjs'), '01-weather'], env)
    const report = ['report', '-p', 'weather', '--platform', 'local', '-o', join(dist, 'report.html')]
    run(process.execPath, [join(root, 'packages/cli/bin/ssm.cjs'), ...report], env)
  } finally {
    rmSync(store, { recursive: true, force: true })
  }
}

function run(program, args, env = process.env) {
  const done = spawnSync(program, args, { cwd: root, env, encoding: 'utf8', maxBuffer: 1 << 26 })
  if (done.status !== 0)
    throw new SetupError(`${program} failed:\n${done.stdout ?? ''}${done.stderr ?? done.error?.message ?? ''}`)
}

/** Where each page of the repository stands in the site. */
export function pagePlaces() {
  const places = new Map()
  places.set('docs/index.md', 'index')
  for (const { pages } of sections) for (const { from, to } of pages) places.set(from, to)
  for (const { folder, to } of alsoFrom) {
    for (const name of readdirSync(join(root, folder)).filter((each) => each.endsWith('.md'))) {
      places.set(`${folder}/${name}`, `${to}/${name === 'README.md' ? 'index' : name.slice(0, -3)}`)
    }
  }
  for (const name of exampleFolders()) places.set(`examples/${name}/README.md`, `examples/${name}`)
  return places
}

export const exampleFolders = () =>
  readdirSync(join(root, 'examples')).filter((name) => existsSync(join(root, 'examples', name, 'README.md')))

function stage() {
  rmSync(staged, { recursive: true, force: true })
  const places = pagePlaces()
  const sources = new Set()
  // Pages add places and sources while they are read: both collections grow under this loop, which reaches what is added.
  for (const [from, to] of places) write(`${to}.md`, pageText(readFileSync(join(root, from), 'utf8'), from, to, places, sources))
  for (const path of sources) write(`source/${path}.md`, sourcePage(path))
  write('public/llms.txt', llms())
  write('public/llms-full.txt', llmsFull())
}

function write(path, text) {
  const file = join(staged, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}

/** A page as the site shows it: without what only the tests read, its links leading to pages of the site. */
function pageText(text, from, to, places, sources) {
  return withDiagrams(withoutComments(text), from).replaceAll(/(!?\[[^\]]*\])\(([^)\s]+)\)/g, (whole, label, target) => {
    const [path = '', anchor] = target.split('#')
    if (path === '' || /^[a-z]+:/.test(target)) return whole
    const file = posix.normalize(posix.join(posix.dirname(from), path)).replace(/\/$/, '')
    const place = placeOf(file, places, sources)
    const relative = posix.relative(posix.dirname(to), place) || 'index.md'
    return `${label}(${relative.startsWith('.') ? relative : `./${relative}`}${anchor === undefined ? '' : `#${anchor}`})`
  })
}

function placeOf(file, places, sources) {
  const page = places.get(file) ?? places.get(`${file}/README.md`) ?? (file === 'README.md' ? 'index' : undefined)
  if (page !== undefined) return `${page}.md`
  if (!existsSync(join(root, file))) throw new SetupError(`a page links to ${file}, which is not there`)
  if (file.endsWith('.md')) {
    const place = `source/${file.slice(0, -'.md'.length)}`
    places.set(file, place)
    return `${place}.md`
  }
  sources.add(file)
  return `source/${file}.md`
}

// Drawn into the page, so that the page's switch between light and dark reaches them. Their style is in the theme.
function withDiagrams(text, from) {
  return text.replaceAll(/!\[([^\]]*)\]\(([^)\s]+\.svg)\)/g, (_, label, target) => {
    const svg = readFileSync(join(root, posix.dirname(from), target), 'utf8').replace(/<style>[\s\S]*?<\/style>\n?/, '')
    return svg.trim().replace(/aria-label="[^"]*"/, () => `aria-label="${label.replaceAll('"', '&quot;')}"`)
  })
}

const withoutComments = (text) => text.replaceAll(/<!--[\s\S]*?-->\n?/g, '')

function sourcePage(path) {
  const file = join(root, path)
  const title = `# ${path}\n\n`
  if (statSync(file).isDirectory()) {
    return `${title}${readdirSync(file)
      .map((name) => `- ${name}`)
      .join('\n')}\n`
  }
  const text = readFileSync(file, 'utf8')
  const fence = '`'.repeat(Math.max(3, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length + 1)))
  return `${title}${fence}${extname(path).slice(1)}\n${text.trimEnd()}\n${fence}\n`
}

function llms() {
  const lines = sections.flatMap(({ title, pages }) => [
    `\n## ${title}\n`,
    ...pages.map((each) => `- [${each.title}](${each.to.replace(/index$/, '')}.html): ${each.about}`.replace('/.html', '/')),
  ])
  return `# Simple SageMaker for TypeScript\n\n> Run your code on AWS SageMaker, or on this computer, from TypeScript: a fluent, type-safe SDK and the command \`ssm\`.\n\nEverything in one file: [llms-full.txt](llms-full.txt)\n${lines.join('\n')}\n`
}

function llmsFull() {
  const own = sections
    .flatMap(({ pages }) => pages)
    .filter(({ from }) => /^docs\/(getting|concepts|coding|guides\/(tasks|workers|services|aws|options|errors|cli))/.test(from))
  return own.map(({ from }) => withoutComments(readFileSync(join(root, from), 'utf8')).trim()).join('\n\n---\n\n') + '\n'
}

if (isMain(import.meta.url)) await main(buildSite)
