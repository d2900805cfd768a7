import { execFile } from 'node:child_process'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'
import { alternate, timeProgram } from './measure.mjs'

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
  lib: ['ES2023', 'ESNext.Disposable'],
  module: 'NodeNext',
  types: ['node'],
  strict: true,
  noEmit: true,
  skipLibCheck: true,
}

/** How long TypeScript 7 and 6 check 1 000 tasks of one project, beside 200 of them; and 200 tasks beside as much of kysely and of hono. */
export async function bench({ root, runs }) {
  // Below core, where its own name leads to what was built, and its declarations to Node's.
  const cwd = join(root, 'packages/core/dist/test/bench-types')
  await mkdir(cwd, { recursive: true })
  const rows = []
  try {
    for (const [name, program] of Object.entries({ 'TypeScript 7': 'typescript-7', 'TypeScript 6': 'typescript' })) {
      for (const how of Object.keys(programs)) {
        const check = async (count) => {
          const file = `${how}-${count}`
          await writeFile(join(cwd, `${file}.mts`), programs[how](count))
          await writeFile(join(cwd, `${file}.json`), JSON.stringify({ compilerOptions, files: [`${file}.mts`] }))
          return timeProgram([process.execPath, compilerOf(root, program), '-p', `${file}.json`], { cwd })
        }
        const series = await alternate(
          Math.min(runs, 5),
          () => check(1000),
          () => check(200),
        )
        rows.push({ what: `${name}: 1 000 tasks, ${how}`, beside: '200 tasks', ...series })
      }
    }
    rows.push(...(await besideOthers({ root, cwd, runs: Math.min(runs, 5) })))
  } finally {
    await rm(cwd, { recursive: true })
  }
  return rows
}

async function besideOthers({ root, cwd, runs }) {
  const options = { ...compilerOptions, lib: [...compilerOptions.lib, 'DOM', 'DOM.Iterable'] }
  const files = { ours: programs.add(200), kysely: others.kysely(), hono: others.hono() }
  for (const [name, text] of Object.entries(files)) {
    await writeFile(join(cwd, `${name}.mts`), text)
    await writeFile(join(cwd, `${name}.json`), JSON.stringify({ compilerOptions: options, files: [`${name}.mts`] }))
  }
  const rows = []
  for (const [version, program] of Object.entries({ 'TypeScript 7': 'typescript-7', 'TypeScript 6': 'typescript' })) {
    const check = (name) => timeProgram([process.execPath, compilerOf(root, program), '-p', `${name}.json`], { cwd })
    const memory = async (name) => {
      const argv = [compilerOf(root, program), '-p', `${name}.json`, '--extendedDiagnostics']
      const { stdout } = await promisify(execFile)(process.execPath, argv, { cwd })
      return [Number(/Memory used:\s*(\d+)K/.exec(stdout)?.[1]) / 1024]
    }
    for (const name of Object.keys(others)) {
      const beside = `${name}, 200 statements`
      const series = await alternate(
        runs,
        () => check('ours'),
        () => check(name),
      )
      rows.push({ what: `${version}: 200 tasks, add`, beside, ...series })
      rows.push({ what: `${version}: their memory`, beside, unit: 'MB', ours: await memory('ours'), bare: await memory(name) })
    }
  }
  return rows
}

const compilerOf = (root, name) => join(root, 'node_modules', name, name === 'typescript' ? 'bin/tsc6' : 'bin/tsc')
