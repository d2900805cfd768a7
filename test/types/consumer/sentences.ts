import { project } from '@simple-sagemaker/core'
import * as ssm from '@simple-sagemaker/core'

// The sentences of the product's page. They compile under every supported TypeScript, and the flow tests run them.

/** An open project takes any earlier task by name. */
export async function firstSentence(): Promise<string> {
  const result = await project('ex')
    .task('t')
    .code('worker.py')
    .instances('ml.p3.2xlarge', 2)
    .spot()
    .input.fromTask('t1', 'model')
    .run()
  return result.outputs.model.uri
}

/** A chain from files to results, and every kind of program. */
export async function chain(print: (machine: string, text: string) => void): Promise<readonly string[]> {
  const ex = project('ex', { platform: 'local' })
  const prep = ex
    .task('prep')
    .code('prep.py', { sourceDir: 'src', dependencies: ['lib'] })
    .instances('ml.m5.large', 2)
    .input.local('./data', { distribution: 'ShardedByS3Key' })
    .hyperparameters({ min: 3 })
  const train = ex
    .task('train')
    .code('train.py')
    .input.from(prep.output('model'), { channel: 'words' })
    .metric('loss', /loss=([0-9.]+)/)
    .tag('team', 'vision')
    .env({ LEVEL: 'info' })
    .args('--raw', 'a b')
  const result = await train.run()
  const uri: string = result.outputs.model.uri
  await result.download('./out')
  for await (const line of result.logs()) print(line.machine, line.text)

  const next = await ex.task('next').code('next.py').input.from(result.outputs.model).run()
  return [uri, next.outputs.model.uri, ...Object.keys(result.metrics)]
}

/** A project that knows its tasks, run whole. */
export async function knownProject(): Promise<readonly string[]> {
  const ex = project('ex', { platform: 'local' })
  const prep = ex.task('prep').code('prep.py')
  const train = ex.task('train').code('train.py').input.from(prep.output('model'), { channel: 'words' })
  const known = ssm.project('ex', { platform: 'local' }).add(prep).add(train)
  const evaluate = known.task('eval').code('eval.py').input.fromTask('train', 'model')
  const { ok, tasks, orThrow } = await known.add(evaluate).run()
  const { train: trained } = orThrow()
  return [String(ok), tasks.prep.status, trained.outputs.model.uri, known.graph().mermaid()]
}

/** Everything that can be a program. */
export function programs(): readonly string[] {
  const ex = project('ex', { platform: 'local' })
  const ready = [
    ex.task('s').shell('cat /proc/cpuinfo && nvidia-smi'),
    ex.task('n').code('worker.ts'),
    ex.processing('p').code('clean.py').args('a1'),
    ex.processing('q').entrypoint(['/bin/bash']).args('-c', '…'),
    ex.processing('c').command(['python3', '-u'], 'clean.py'),
    ex.task('x').algorithm('xgboost', { version: '1.7-1' }),
  ]
  return ready.map((task) => task.name)
}

/** A handle, a plan, a reason. */
export async function handle(signal: AbortSignal): Promise<readonly string[]> {
  const train = project('ex', { platform: 'local' }).task('train').shell('echo loss=1')
  await using run = await train.start({ signal })
  const seen: string[] = []
  for await (const event of run.events()) if (event.type === 'logged') seen.push(event.line.text)
  const result = await run.result()
  const plan = await train.plan()
  const why = await train.explain()
  return [...seen, result.job, plan.request.kind, why.decision.kind]
}
