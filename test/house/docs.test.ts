import { posix } from 'node:path'
import { expect, test } from 'vitest'
import { projectFile, projectFiles, type ProjectFile } from './rules/files.ts'

const manifests = projectFiles((path) => /^packages\/[^/]+\/package\.json$/.test(path))
const pages = projectFiles((path) => path.endsWith('.md'))
const everyPath = new Set(projectFiles(() => true).map(({ path }) => path))

test('every dependency of every package has its reason in docs/dependencies.md', () => {
  const reasons = projectFile('docs/dependencies.md')?.text ?? ''
  expect(manifests).toHaveLength(3)
  expect(
    [...new Set(manifests.flatMap(({ text }) => runtimeDependencies(text)))].filter((name) => !hasReason(reasons, name)),
  ).toEqual([])
})

test('docs/dependencies.md explains nothing that is not used', () => {
  const used = new Set(manifests.flatMap(({ text }) => runtimeDependencies(text)))
  const explained = [...(projectFile('docs/dependencies.md')?.text ?? '').matchAll(/^\| `([^`]+)` \|/gm)].map(([, name]) => name)
  expect(explained.filter((name) => name !== undefined && !used.has(name))).toEqual([])
})

test('every link from a page to a file of the project, or to a heading of a page, leads somewhere', () => {
  expect(pages.flatMap((page) => deadLinks(page, everyPath))).toEqual([])
  const pagesByPath = new Map(pages.map(({ path, text }) => [path, text]))
  expect(pages.flatMap((page) => deadAnchors(page, pagesByPath))).toEqual([])
})

test('the README leads to every guide and page of docs', () => {
  const readme = projectFile('README.md')?.text ?? ''
  const missing = pages.filter(({ path }) => /^docs\/(guides\/)?[^/]+\.md$/.test(path) && !readme.includes(`](${path})`))
  expect(missing.map(({ path }) => path)).toEqual(['docs/index.md']) // the first page of the site
})

const mostUsed = {
  'packages/core/src/project/project.ts': ['project', 'task', 'processing', 'add', 'addAll'],
  'packages/core/src/project/grammar/programs.ts': ['code', 'shell'],
  'packages/core/src/project/grammar/tasks.ts': [
    'local',
    's3',
    'from',
    'fromTask',
    'hyperparameters',
    'metric',
    'maxRun',
    'request',
  ],
  'packages/core/src/project/grammar/option-methods.ts': ['tag'],
  'packages/core/src/project/grammar/runs.ts': ['run', 'start', 'plan', 'explain', 'output'],
  'packages/core/src/run/results/task-result.ts': ['download'],
  'packages/core/src/project/error-classes.ts': ['isSsmError'],
  'packages/core/src/local/index.ts': ['local'],
  'packages/core/src/aws/index.ts': ['aws'],
  'packages/core/src/secrets/secret.ts': ['Secret'],
  'packages/cli/src/print.ts': ['printEvents'],
  'packages/worker-toolkit/src/worker.ts': ['worker'],
  'packages/worker-toolkit/src/stop.ts': ['onStop'],
}

test.each(Object.entries(mostUsed))('in %s the docstrings of what is used most hold an example: %j', (path, names) => {
  const examples = new Set(
    [
      ...(projectFile(path)?.text ?? '').matchAll(
        /@example(?:(?!\*\/)[^])*\*\/\s*(?:export )?(?:readonly |class |function )?(\w+)/g,
      ),
    ].map(([, name]) => name),
  )
  expect(names.filter((name) => !examples.has(name))).toEqual([])
})

test('every decision says its context, its choice and its cost', () => {
  const decisions = pages.filter(({ path }) => /^docs\/decisions\/\d{4}-/.test(path))
  expect(decisions.length).toBeGreaterThan(0)
  expect(
    decisions.flatMap(({ path, text }) =>
      ['Context', 'Choice', 'Cost'].filter((part) => !text.includes(`\n## ${part}\n`)).map((part) => `${path} lacks ${part}`),
    ),
  ).toEqual([])
})

function runtimeDependencies(manifest: string): readonly string[] {
  const parsed = JSON.parse(manifest) as Readonly<Record<string, Readonly<Record<string, string>> | undefined>>
  const kinds = ['dependencies', 'optionalDependencies', 'peerDependencies']
  return kinds.flatMap((kind) => Object.keys(parsed[kind] ?? {})).filter((name) => !name.startsWith('@simple-sagemaker/'))
}

/** Whether a table row names the dependency and says at least a few words about it. */
const hasReason = (page: string, name: string): boolean =>
  page
    .split('\n')
    .some((line) => line.startsWith(`| \`${name}\` |`) && line.split('|').slice(2).join(' ').trim().split(/\s+/).length >= 5)

function deadLinks({ path, text }: ProjectFile, known: ReadonlySet<string>): readonly string[] {
  const targets = [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^(https?:|mailto:|#)/.test(target))
  return targets.flatMap((target) => {
    const file = posix.normalize(posix.join(posix.dirname(path), target.replace(/#.*/, ''))).replace(/\/$/, '')
    return known.has(file) || [...known].some((each) => each.startsWith(`${file}/`)) ? [] : [`${path} links to ${target}`]
  })
}

/** The anchors of a page, as the site and GitHub make them of its headings. */
function anchorsOf(text: string): ReadonlySet<string> {
  const outside = text.replaceAll(/^ *```[^]*?^ *```/gm, '')
  const headings = [...outside.matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) =>
    heading
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .trim()
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(/\s/g, '-'),
  )
  return new Set(headings)
}

/** Links to a heading that no page has, of the page itself or of another one. */
function deadAnchors({ path, text }: ProjectFile, pagesByPath: ReadonlyMap<string, string>): readonly string[] {
  return [...text.matchAll(/\]\(([^)\s:]*)#([^)\s]+)\)/g)].flatMap(([, target = '', anchor = '']) => {
    const file = target === '' ? path : posix.normalize(posix.join(posix.dirname(path), target))
    const page = pagesByPath.get(file)
    return page === undefined || anchorsOf(page).has(anchor) ? [] : [`${path} links to ${target}#${anchor}`]
  })
}

test('the rule sees a link to a heading that is not there', () => {
  const page = { path: 'docs/a.md', text: '# A\n## `.b()` and _c_!\n[x](#b-and-_c_) [y](b.md#part) [z](b.md#gone) [w](#gone)' }
  const known = new Map([
    ['docs/a.md', page.text],
    ['docs/b.md', '```sh\n# gone\n```\n### Part\n'],
  ])
  expect(deadAnchors(page, known)).toEqual(['docs/a.md links to b.md#gone', 'docs/a.md links to #gone'])
})

test('the rules see a dependency without a reason and a dead link', () => {
  expect(runtimeDependencies('{"dependencies":{"a":"1","@simple-sagemaker/core":"1"},"devDependencies":{"b":"1"}}')).toEqual([
    'a',
  ])
  expect(hasReason('| `a` | 1.0 | makes tar archives in streams |', 'a')).toBe(true)
  expect(hasReason('| `a` | |', 'a')).toBe(false)
  expect(hasReason('| `ab` | makes tar archives in streams |', 'a')).toBe(false)
  const page = { path: 'docs/a.md', text: '[b](b.md) [c](../c.md#part) [d](guides/) [e](https://e) [f](#f)' }
  expect(deadLinks(page, new Set(['docs/b.md', 'c.md', 'docs/guides/x.md']))).toEqual([])
  expect(deadLinks(page, new Set(['docs/b.md']))).toHaveLength(2)
})
