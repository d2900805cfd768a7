import { statSync } from 'node:fs'
import { join } from 'node:path'
import { Secret } from '@simple-sagemaker/core'
import { expect, test } from 'vitest'
import { everythingIn } from '../support/leftovers.ts'
import { failureOf, sandbox, ownCache, timeout, type Sandbox } from './flow.ts'

ownCache()

/** Every path below the sandbox's folder, with sizes and times. */
const tree = (place: Sandbox): readonly string[] =>
  everythingIn(place.folder).map((path) => {
    const { size, mtimeMs, ino } = statSync(join(place.folder, path))
    return `${path} ${size} ${mtimeMs} ${ino}`
  })

test('a plan and an explanation write nothing, before the first run and after it', { timeout }, async () => {
  await using place = sandbox()
  place.file('src/run.sh', 'echo code', 0o755)
  place.file('data/x.txt', 'data')
  const open = place.project('p')
  const prep = open.task('prep').shell('true')
  const task = open
    .task('t')
    .code('run.sh', { sourceDir: `${place.folder}/src` })
    .input.local(`${place.folder}/data`)
    .input.from(prep.output('state'))
  for (const ran of [false, true]) {
    // Whoever kept the job may still be on its way out.
    expect(await place.leftovers()).toEqual([])
    const before = tree(place)
    await task.plan()
    await task.explain()
    await task.plan({ clean: true })
    expect(tree(place)).toEqual(before)
    if (!ran) await open.task('t').shell('echo 1 > "$SSM_STATE/x"').run()
  }
})

test('a plan is what is then submitted, but for what only submitting knows', { timeout }, async () => {
  await using place = sandbox()
  place.file('src/run.sh', 'echo code', 0o755)
  place.file('src/.env', 'TOKEN=x')
  place.file('src/node_modules/x/index.js', '')
  place.file('data/a/x.txt', 'data')
  place.file('data/y.txt', 'data')
  let submitted: unknown
  const task = place
    .project('p')
    .task('t')
    .code('run.sh', { sourceDir: `${place.folder}/src` })
    .input.local(`${place.folder}/data`, { subdir: 'a' })
    .hyperparameters({ lr: 0.1 })
    .env({ LEVEL: 'info' })
    .instances('ml.m5.large', 2)
    .tag('team', 'vision')
  const plan = await task.plan()
  // The last word sees the request as it is sent.
  const result = await task.request((request) => (submitted = request)).run()
  const job = plan.request.kind === 'training' ? plan.request.input.TrainingJobName : undefined
  expect(job).toMatch(/^t-2/)
  // The name is in the settings of the launcher too, and the request pins their digest.
  const text = JSON.stringify(submitted).replaceAll(result.job, String(job))
  const withoutSettings = (value: unknown): unknown =>
    JSON.parse(JSON.stringify(value).replace(/(","[0-9a-f]{64}",")[0-9a-f]{64}(",")/, '$1settings$2'))
  expect(withoutSettings(JSON.parse(text))).toEqual(withoutSettings(plan.request.input))
  expect(plan.decision).toMatchObject({ kind: 'start', because: 'it has never run' })
  expect(plan.uploads.map(({ what, files, keptFiles }) => ({ what, files, keptFiles }))).toEqual([
    { what: 'code', files: 1, keptFiles: 0 },
    { what: 'input data', files: 1, keptFiles: 0 },
  ])
  expect(plan.skipped.map(({ path }) => path).sort()).toEqual(['.env', 'node_modules/'])
  expect(plan.needs).toEqual([])
})

test('a plan of a finished task would upload nothing; of a changed one, what changed', { timeout }, async () => {
  await using place = sandbox()
  for (const name of ['a', 'b', 'c']) place.file(`data/${name}.txt`, name)
  const task = place.project('p').task('t').shell('true').input.local(`${place.folder}/data`)
  await task.run()
  expect(await task.plan()).toMatchObject({ decision: { kind: 'skip' }, uploads: [] })
  place.file('data/b.txt', 'changed')
  place.file('data/d.txt', 'new')
  const plan = await task.plan()
  expect(plan.uploads.find(({ what }) => what === 'input data')).toMatchObject({
    files: 2,
    bytes: 10,
    keptFiles: 2,
    removedFiles: 0,
  })
})

test('a plan names what runs first, what is not honoured here, and no secret', { timeout }, async () => {
  await using place = sandbox()
  const open = place.project('p')
  const prep = open.task('prep').shell('echo 1 > "$SM_MODEL_DIR/x"')
  const middle = open.processing('middle').shell('true').input.from(prep.output('model'))
  const task = open
    .task('t')
    .shell('true')
    .input.from(middle.output('output'))
    .env({ TOKEN: new Secret('plan-canary-text') })
    .subnets(['subnet-0a'])
    .securityGroups(['sg-0a'])
  const plan = await task.plan()
  expect(plan.needs).toEqual(['prep', 'middle'])
  expect(plan.warnings).toEqual(['the local platform does not honour subnets, securityGroups: the job runs without them'])
  expect(plan.commandLineWarnings).toEqual([
    'the local platform does not honour --subnets, --security_groups: the job runs without them',
  ])
  expect(plan.request.input.Environment).toMatchObject({ TOKEN: '<secret>', SSM_TASK: 't' })
  expect(JSON.stringify(plan)).not.toContain('plan-canary')
  expect(place.jobs('prep')).toEqual([])
})

test('a plan says what must run first, and what stays behind', { timeout }, async () => {
  await using place = sandbox()
  const open = place.project('p')
  const early = open.task('t').shell('true').input.fromTask('prep', 'model')
  expect((await early.plan()).warnings).toEqual(['input model is not there: task prep must run first'])
  await expect(early.run()).rejects.toMatchObject({
    code: 'OUTPUT_MISSING',
    hint: expect.stringContaining('Run task prep first') as string,
  })
  const train = place.file('src/train.py', 'print("done")')
  const alone = open.task('alone').code(train)
  expect((await alone.plan()).warnings).toEqual([])
  const requirements = place.file('src/requirements.txt', '')
  expect((await alone.plan()).warnings).toEqual([
    expect.stringMatching(
      /^the requirements.txt beside .* stays here and is not installed: give its folder with sourceDir \(-s\)/,
    ),
  ])
  expect(
    (
      await open
        .task('both')
        .code('train.py', { sourceDir: join(place.folder, 'src') })
        .plan()
    ).warnings,
  ).toEqual([])
  expect(
    (
      await open
        .task('named')
        .code(train, { dependencies: [requirements] })
        .plan()
    ).warnings,
  ).toEqual([])
  const told: string[] = []
  await alone.run({ onEvent: (event) => void (event.type === 'warned' && told.push(event.message)) })
  expect(told).toEqual((await alone.plan()).warnings)
})

test('what fails in a plan or an explanation leads back to who asked for it', { timeout }, async () => {
  await using place = sandbox()
  const task = place.project('p').task('t').code('nowhere.py')
  const askedHere = async (work: 'plan' | 'explain'): Promise<unknown> => await task[work]()
  for (const work of ['plan', 'explain'] as const)
    expect((await failureOf(askedHere(work))).stack).toMatch(/nowhere\.py[\s\S]*askedHere/)
})
