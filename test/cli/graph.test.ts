import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { symlinkSync, mkdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { ssm, workFolder } from './support/ssm.ts'

const core = fileURLToPath(new URL('../../packages/core', import.meta.url))

async function graphOf(
  program: string,
): Promise<{ code: number | null; stdout: string; stderr: string; left: readonly string[] }> {
  await using folder = await workFolder()
  mkdirSync(join(folder.path, 'node_modules/@simple-sagemaker'), { recursive: true })
  symlinkSync(core, join(folder.path, 'node_modules/@simple-sagemaker/core'))
  writeFileSync(join(folder.path, 'package.json'), '{"type": "module"}')
  writeFileSync(join(folder.path, 'main.ts'), `import { project } from '@simple-sagemaker/core'\n${program}`)
  const ended = await ssm(['graph', 'main.ts'], { cwd: folder.path, env: { SSM_PLATFORM: 'local' } })
  expect(existsSync(join(folder.path, '.ssm'))).toBe(false)
  return { ...ended, left: readdirSync(folder.path) }
}

const tasks = `const ex = project('ex')
const prep = ex.processing('prep').command(['sh'], 'p.sh')
const train = ex.task('train').shell('true').input.from(prep.output('output'))
`

test.each([
  ['a task that is run', 'await train.run()'],
  ['a project that is run', 'await ex.add(prep).add(train).run()'],
  ['a task that is started inside a function', 'main().catch(() => undefined)\nasync function main() { await train.start() }'],
  [
    'a program that ends itself',
    'train.run().catch(() => process.exit(3))\nawait new Promise(() => setInterval(() => {}, 1000))',
  ],
  [
    'a program that never gets to its export',
    'const result = await train.run()\nexport default ex.add(prep).add(train)\nconsole.log(result)',
  ],
])('%s is drawn and not run', async (_, end) => {
  expect(await graphOf(`${tasks}${end}\n`)).toMatchObject({ code: 0, stdout: 'prep\ntrain ← prep.output\n', stderr: '' })
})

test('what stops a job or clears a state does nothing while a file is described', async () => {
  const program = `${tasks}await ex.data('train').cleanState().catch((error) => { if (error.code !== 'RUN_ABORTED') throw error })
export default ex.add(train)\n`
  expect(await graphOf(program)).toMatchObject({ code: 0, stdout: 'prep\ntrain ← prep.output\n' })
})

test('a file without a project and without a run is told so', async () => {
  expect(await graphOf('project("ex")\n')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('exports no project and runs no task') as string,
  })
})
