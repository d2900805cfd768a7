import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
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
  add: (count) =>
    `${tasks(count)}export const all = ex${names(count)
      .map((name) => `.add(${name})`)
      .join('')}\nall${last(count)}`,
  addAll: (count) => `${tasks(count)}export const all = ex.addAll([${names(count).join(', ')}])\nall${last(count)}`,
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

/** How long TypeScript 7 and 6 check 1 000 tasks of one project, beside 200 of them. */
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
  } finally {
    await rm(cwd, { recursive: true })
  }
  return rows
}

const compilerOf = (root, name) => join(root, 'node_modules', name, name === 'typescript' ? 'bin/tsc6' : 'bin/tsc')
