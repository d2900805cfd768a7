import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { processorTime } from './measure.mjs'

const numbers = (count) => Array.from({ length: count }, (_, index) => index)
const head = `import { project } from '@simple-sagemaker/core'\nconst ex = project('ex')\n`
const task = (index) =>
  `const t${index} = ex.task('t${index}').code('t.py').instances('ml.m5.large', 2).spot().maxRun('2 hours').hyperparameters({ a: ${index} })`
const tasks = (count) => `${head}${numbers(count).map(task).join('\n')}\n`
const last = (count) => `.task('eval').code('e.py').input.fromTask('t${count - 1}', 'model')\n`
const names = (count) => numbers(count).map((index) => `t${index}`)

/** Programs of so many tasks that one project knows, by how it came to know them. */
const programs = {
  // A hundred calls in one statement: TypeScript 6 goes into each call of a chain, and its stack ends before a thousand.
  add: (count) => {
    const parts = numbers(Math.ceil(count / 100)).map((part) => names(count).slice(part * 100, part * 100 + 100))
    const statements = parts.map(
      (part, index) => `const p${index} = ${index === 0 ? 'ex' : `p${index - 1}`}${part.map((name) => `.add(${name})`).join('')}`,
    )
    return `${tasks(count)}${statements.join('\n')}\nexport const all = p${parts.length - 1}\nall${last(count)}`
  },
  addAll: (count) => `${tasks(count)}export const all = ex.addAll([${names(count).join(', ')}])\nall${last(count)}`,
}

/** Programs of 200 statements that use another library known for its types: queries over 200 tables, and a server with 200 routes. */
const others = {
  kysely: () =>
    `import type { Kysely } from 'kysely'
interface Row { id: number; name: string; size: number }
interface Tables { ${numbers(200)
      .map((index) => `t${index}: Row`)
      .join('; ')} }
declare const db: Kysely<Tables>
${numbers(200)
  .map(
    (index) =>
      `export const q${index} = db.selectFrom('t${index}').innerJoin('t${(index + 1) % 200}', 't${index}.id', 't${(index + 1) % 200}.id').select('t${index}.name').where('t${index}.size', '>', 1).executeTakeFirst()`,
  )
  .join('\n')}\n`,
  hono: () =>
    `import { Hono } from 'hono'
import { hc } from 'hono/client'
const app = new Hono()${numbers(200)
      .map((index) => `.get('/t${index}/:id', (c) => c.json({ id: c.req.param('id'), size: ${index} }))`)
      .join('\n')}
export const answer = hc<typeof app>('http://localhost').t199[':id'].$get({ param: { id: 'a' } })\n`,
}

const compilerOptions = {
  target: 'ES2022',
  lib: ['ES2023', 'ESNext.Disposable', 'DOM', 'DOM.Iterable'],
  module: 'NodeNext',
  types: ['node'],
  strict: true,
  noEmit: true,
  skipLibCheck: true,
}

// One thread, where a compiler has several: what is counted is then the same each time.
const compilers = {
  'TypeScript 7': ['typescript-7/bin/tsc', '--singleThreaded'],
  'TypeScript 6': ['typescript/bin/tsc6'],
}

const texts = {
  ...Object.fromEntries(
    Object.entries(programs).flatMap(([how, text]) => [1000, 200].map((count) => [`${how}-${count}`, text(count)])),
  ),
  kysely: others.kysely(),
  hono: others.hono(),
}

/**
 * What TypeScript 7 and 6 need for 1 000 tasks of one project, beside 200 of them; and for 200 tasks beside as much of kysely and of hono. Times are
 * processor times, and the rest are the compiler's own counts, so that other work on the machine hardly shows.
 */
export async function bench({ root, runs, tell }) {
  // Below core, where its own name leads to what was built, and its declarations to Node's.
  const cwd = join(root, 'packages/core/dist/test/bench-types')
  await mkdir(cwd, { recursive: true })
  try {
    for (const [name, text] of Object.entries(texts)) {
      await writeFile(join(cwd, `${name}.mts`), text)
      await writeFile(join(cwd, `${name}.json`), JSON.stringify({ compilerOptions, files: [`${name}.mts`] }))
    }
    const rows = []
    for (const [version, [program, ...flags]] of Object.entries(compilers)) {
      const argv = [process.execPath, join(root, 'node_modules', program), ...flags, '--extendedDiagnostics', '-p']
      rows.push(
        ...rowsOf(
          version,
          await measureAll({ argv, cwd, tell: (text) => tell(`${version}: ${text}`), rounds: Math.min(runs, 3) }),
        ),
      )
    }
    return rows
  } finally {
    await rm(cwd, { recursive: true })
  }
}

// Every program once in each round: what slows the machine down slows all. A minute of processor time is the whole of a round, so three are enough.
async function measureAll({ argv, cwd, tell, rounds }) {
  const measured = Object.fromEntries(Object.keys(texts).map((name) => [name, []]))
  for (let round = 1; round <= rounds; round++)
    for (const name of Object.keys(texts)) {
      const { ms, output } = await processorTime([...argv, `${name}.json`], { cwd })
      measured[name].push({
        ms,
        files: count('Files', output),
        types: count('Instantiations', output),
        memory: count('Memory used', output) / 1024,
      })
      tell(`${name}, round ${round} of ${rounds}: ${(ms / 1000).toFixed(1)} s`)
    }
  return measured
}

function count(what, output) {
  const found = new RegExp(`^${what}:\\s*(\\d+)`, 'm').exec(output)?.[1]
  if (found === undefined) throw new Error(`The compiler says no '${what}':\n${output}`)
  return Number(found)
}

function rowsOf(version, measured) {
  const row = (ours, bare, [what, field, unit], more = {}) => {
    const series = (name) => measured[name].map((each) => each[field])
    return { what: `${version}: ${what}, ${ours}`, beside: bare, unit, ours: series(ours), bare: series(bare), ...more }
  }
  const time = ['processor time', 'ms', 'ms']
  const counts = [
    ['memory', 'memory', 'MB'],
    ['instantiations', 'types', ''],
    ['files', 'files', ''],
  ]
  return [
    ...Object.keys(programs).map((how) => row(`${how}-1000`, `${how}-200`, time, { limitRatio: 6 })),
    ...Object.keys(others).flatMap((other) => [time, ...counts].map((what) => row('add-200', other, what))),
  ]
}
