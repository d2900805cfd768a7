import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ssm } from '../support/ssm.ts'
import { program, programFolder } from './program.ts'

const task = `import { project } from '@simple-sagemaker/core'
const ex = project('ex', { platform: 'local' })
const train = ex.task('train').shell('true')
`
const told = async (text: string, ...argv: readonly string[]): Promise<Awaited<ReturnType<typeof ssm>>> => {
  await using folder = await programFolder(text)
  return await ssm(['types', 'main.ts', ...argv], { cwd: folder.path })
}

test.each([
  ['runs a task', `${task}await train.run()\n`],
  ['prints and then runs a task', `${task}console.log('{"tasks": 1}')\nconst done = await train.run()\nconsole.log(done)\n`],
  ['runs a task inside a function', `${task}train.run().catch((error) => console.error(error))\n`],
  [
    'ends itself when its run fails',
    `${task}train.run().catch(() => process.exit(3))\nawait new Promise(() => setInterval(() => {}, 1000))\n`,
  ],
])('a program without a project that %s is told that it exports none', async (_, text) => {
  const { code, stdout, stderr } = await told(text)
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toMatch(/^error: .*main\.ts exports no project/)
  expect(stderr).not.toMatch(/JSON|split|bug of ssm|\n\s+at /)
})

test('a program that runs before it exports its project is told to run elsewhere', async () => {
  const { code, stderr } = await told(`${task}await train.run()\nexport default ex.add(train)\n`)
  expect(code).toBe(2)
  expect(stderr).toContain('exports no project, or runs a task before it exports one')
  expect(stderr).toContain('hint: Write the project into a file that runs nothing')
})

test('what the program prints is no part of what is read of it', async () => {
  await using folder = await programFolder(
    `${program('z.object({ rows: z.int() })')}console.log('null')\nprocess.stdout.write('{"tasks": []}')\nprocess.on('exit', () => console.log('{}'))\n`,
  )
  expect(await ssm(['types', 'main.ts'], { cwd: folder.path })).toMatchObject({ code: 0, stdout: '' })
  expect(readFileSync(join(folder.path, 'ssm_types.py'), 'utf8')).toContain('class TrainResult:\n    rows: int\n')
})

test('every line of the reason why a program does not load is shown', async () => {
  const wrong = `${task}export default ex.add(train.instances(0).maxRun('9y'))\n`
  const { code, stderr } = await told(wrong)
  expect(code).toBe(1)
  expect(stderr).toMatch(/cannot be loaded: InvalidTaskError: Task train cannot run:\n {2}\S/)
  expect(
    await told(
      `setImmediate(() => { throw new Error('one\\n  two\\nthree') })\nawait new Promise((done) => setTimeout(done, 60_000))`,
    ),
  ).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/cannot be loaded: Error: one\n {2}two\nthree\nhint: /) as string,
  })
})

test.each(['x.py', 'deep/er/x.ts'])('the folder of --out missing/%s is made', async (out) => {
  await using folder = await programFolder(program('z.object({ rows: z.int() })'))
  expect(await ssm(['types', 'main.ts', '--out', `missing/${out}`], { cwd: folder.path })).toMatchObject({ code: 0 })
  expect(readFileSync(join(folder.path, 'missing', out), 'utf8')).toContain('TrainResult')
})

test('an output that cannot be written is told with its path and what to do', async () => {
  await using folder = await programFolder(program('z.object({ rows: z.int() })'))
  mkdirSync(join(folder.path, 'taken.py'))
  writeFileSync(join(folder.path, 'file'), '')
  for (const out of ['taken.py', 'file/x.py', '/proc/x.py', '/proc/x/y.py', 'file/x/y.py']) {
    const { code, stderr } = await ssm(['types', 'main.ts', '--out', out], { cwd: folder.path })
    expect({ code, stderr }).toMatchObject({ code: 4, stderr: expect.stringContaining(out) as string })
    expect(stderr).toContain('error: Cannot write ')
    expect(stderr).toContain('hint: ')
    expect(stderr).not.toContain('bug of ssm')
  }
})
