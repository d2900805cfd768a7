import { expect, test } from 'vitest'
import { ssmInProcess, type Printed } from './support/in-process.ts'
import { workFolder } from './support/ssm.ts'

const ssm = (cwd: string, ...argv: readonly string[]): Promise<Printed> => ssmInProcess(cwd, argv)

const place = ['-p', 'ex', '-t', 'train'] as const
const line = [
  'search',
  'shell',
  ...place,
  '--cmd',
  'for i in 1 2 3; do echo "loss=$((SM_HP_X * SM_HP_X + 9 / i))"; done',
  '--md',
  'loss',
  'loss=([0-9.]+)',
  '--search',
  'x',
  'int',
  '0',
  '3',
] as const

interface Document {
  readonly best: { readonly hyperparameters: object; readonly value: number; readonly job: string }
  readonly trials: readonly {
    readonly number: number
    readonly status: string
    readonly job: string
    readonly course: readonly object[]
  }[]
}

test(
  'a search tells the end of each trial, prints a table and the best, and goes on by the same line',
  { timeout: 120_000 },
  async () => {
    await using folder = await workFolder()
    const first = await ssm(folder.path, ...line, '--minimize', 'loss', '--trials', '2', '--parallel', '2')
    expect(first).toMatchObject({ code: 0 })
    expect(first.stderr).toMatch(/trial 1 completed \d+ {2}x=\d/)
    expect(first.stdout).toMatch(/^TRIAL +STATUS +VALUE +COURSE +TIME +HYPERPARAMETERS\n1 +completed/)
    expect(first.stdout).toMatch(/\nbest: x=\d\njob: train-[0-9a-z]{10}-2/)
    const all = await ssm(folder.path, ...line, '--minimize', 'loss', '--trials', '4', '--json')
    expect(all.stderr).toBe('')
    const { best, trials } = JSON.parse(all.stdout) as Document
    expect(best).toMatchObject({ hyperparameters: { x: 0 }, value: 3 })
    expect(trials.map(({ number, status }) => `${number} ${status}`)).toEqual([1, 2, 3, 4].map((number) => `${number} completed`))
    expect(trials[0]?.course).toHaveLength(3)
    expect(first.stdout).toContain('2      completed')
    const shown = JSON.parse((await ssm(folder.path, 'best', ...place, '--json')).stdout) as Document
    expect(shown.best).toMatchObject({ hyperparameters: { x: 0 }, value: 3, job: best.job })
    expect(shown.trials.map(({ job }) => job)).toEqual(trials.map(({ job }) => job))
    expect((await ssm(folder.path, 'best', ...place)).stdout).toContain(`best: x=0\njob: ${best.job}\n`)
    // A task of a name like a trial's is none.
    expect(await ssm(folder.path, 'shell', '-p', 'ex', '-t', 'train-evaluation', '--cmd', 'true')).toMatchObject({ code: 0 })
    const listed = (await ssm(folder.path, 'ps')).stdout.trimEnd().split('\n')
    expect(listed).toHaveLength(3)
    expect(listed[1]).toMatch(/^ex +train-evaluation +completed /)
    expect(listed[2]).toMatch(new RegExp(`^ex +train +4 trials: 4 completed .* best: ${best.job}$`))
    for (const argv of [['--trials'], ['--metrics']])
      expect((await ssm(folder.path, 'ps', ...argv)).stdout.trimEnd().split('\n')).toHaveLength(6)
    const { jobs } = JSON.parse((await ssm(folder.path, 'ps', '--json')).stdout) as { readonly jobs: readonly object[] }
    expect(jobs).toHaveLength(5)
    expect((await ssm(folder.path, 'ps', '-p', 'ex', '-t', best.job.slice(0, 16))).stdout).toContain(best.job)
  },
)

test(
  'a search chooses from values that are JSON, as a program gives them, and refuses what is none',
  { timeout: 60_000 },
  async () => {
    await using folder = await workFolder()
    const argv = [
      'search',
      'shell',
      ...place,
      '--cmd',
      'echo loss=$SM_HP_X',
      '--md',
      'loss',
      'loss=([0-9.]+)',
      '--minimize',
      'loss',
    ]
    const numbers = await ssm(folder.path, ...argv, '--by', 'grid', '--search', 'x', 'choice_json', '0.5', '1', '--json')
    expect((JSON.parse(numbers.stdout) as Document).best.hyperparameters).toEqual({ x: 0.5 })
    const texts = await ssm(folder.path, ...argv, '--search', 'x', 'choice_json', '0.5', 'one')
    expect([texts.code, texts.stderr]).toEqual([
      2,
      'error: --search x choice_json needs values that are JSON, not one\nhint: Write --search x choice for texts.\n',
    ])
  },
)

test(
  'the values of a metric over the time of a job are shown as bars and as JSON, with the expressions of the job or others',
  { timeout: 60_000 },
  async () => {
    await using folder = await workFolder()
    const shell = 'for i in 1 2 3; do echo "loss=$i acc=0.$i"; done'
    expect(
      await ssm(folder.path, 'shell', ...place, '--cmd', shell, '--md', 'loss', 'loss=([0-9.]+)', '--ic', '2'),
    ).toMatchObject({ code: 0 })
    const text = await ssm(folder.path, 'metrics', ...place)
    expect(text.stdout).toBe(
      'METRIC  MACHINE  VALUES  LAST  COURSE\nloss    algo-1   3       3     ▁▅█\nloss    algo-2   3       3     ▁▅█\n',
    )
    const json = await ssm(folder.path, 'metrics', ...place, '--md', 'acc', 'acc=([0-9.]+)', '--json')
    const { metrics } = JSON.parse(json.stdout) as {
      readonly metrics: { readonly acc: readonly { readonly machine: string; readonly value: number }[] }
    }
    expect(metrics.acc.filter(({ machine }) => machine === 'algo-2').map(({ value }) => value)).toEqual([0.1, 0.2, 0.3])
    const { jobs } = JSON.parse((await ssm(folder.path, 'ps', '--metrics', '--json')).stdout) as {
      readonly jobs: readonly { readonly job: string; readonly metrics: { readonly loss: readonly object[] } }[]
    }
    expect(jobs[0]?.metrics.loss).toHaveLength(6)
    const alone = await ssm(folder.path, 'metrics', jobs[0]?.job ?? '', '--json')
    expect(JSON.parse(alone.stdout)).toEqual({ v: 1, task: 'train', job: jobs[0]?.job, metrics: jobs[0]?.metrics })
    expect((await ssm(folder.path, 'ps', '--metrics')).stdout).toMatch(/METRICS +JOB\n.* loss 3 ▁▅█ /)
    expect((await ssm(folder.path, 'metrics')).stderr).toContain('needs the name of a job, or -p PROJECT and -t TASK')
    expect((await ssm(folder.path, 'metrics', 'train-2020-01-01-00-00-00-AbCdEfGh', ...place)).code).toBe(5)
  },
)

test.each([
  [['search', '-p', 'ex', '-t', 't'], 'ssm search needs'],
  [[...line], 'needs one of --minimize METRIC and --maximize METRIC'],
  [[...line, '--minimize', 'acc'], 'is no metric of the task'],
  [[...line, '--minimize', 'loss', '--search', 'y', 'wide', '1', '2'], '--search y wide 1 2 is no hyperparameter to search'],
  [[...line, '--minimize', 'loss', '--search', 'y', 'float', '2', '1'], 'is an empty range'],
  [[...line, '--minimize', 'loss', '--trials', '2', '--parallel', '3'], 'is more than there are trials'],
])('%j is refused before anything starts', async (argv, words) => {
  await using folder = await workFolder()
  const { code, stderr } = await ssm(folder.path, ...argv)
  expect(code).toBe(2)
  expect(stderr).toContain(words)
  expect((await ssm(folder.path, 'ps')).stdout).toBe('no jobs\n')
})

test('a task that was never searched has no best', async () => {
  await using folder = await workFolder()
  const { code, stderr } = await ssm(folder.path, 'best', ...place)
  expect(code).toBe(5)
  expect(stderr).toContain('Task train has no search')
})

test('a search on the tuner of SageMaker is refused where there is none, in words of the command line', async () => {
  await using folder = await workFolder()
  const { code, stderr } = await ssm(
    folder.path,
    ...line,
    '--minimize',
    'loss',
    '--trials',
    '2',
    '--parallel',
    '2',
    '--on',
    'sagemaker',
  )
  expect(code).toBe(2)
  expect(stderr).toContain('Leave out --on')
  expect(stderr).not.toContain('.on(')
  expect((await ssm(folder.path, ...line, '--minimize', 'loss', '--on', 'azure')).stderr).toContain('sagemaker')
})
