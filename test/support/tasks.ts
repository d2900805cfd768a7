import { projectName } from '../../packages/core/src/names/task-name.ts'
import type { InputSpec, TaskSpec } from '../../packages/core/src/spec/task-spec.ts'

/** A plain task by name, reading these inputs. */
export function taskOf(name: string, ...inputs: readonly Pick<InputSpec, 'source'>[]): TaskSpec {
  return {
    kind: 'training',
    project: projectName('ex'),
    // Any text will do: these tasks are put in order, not run.
    task: name as TaskSpec['task'],
    prefix: '',
    program: { kind: 'shell', line: 'true', dependencies: [] },
    image: { kind: 'framework', framework: 'pytorch' },
    inputs: inputs.map(({ source }, index) => ({
      channel: `${sourceName(source)}-model-${index}`,
      source,
      distribution: 'FullyReplicated',
      mode: 'File',
      unpack: false,
    })),
    instanceType: 'ml.m5.large',
    instanceCount: 1,
    volumeSizeGiB: 30,
    spot: true,
    maxRunSeconds: 60,
    hyperparameters: {},
    args: [],
    env: {},
    tags: {},
    metrics: {},
    subnets: [],
    securityGroups: [],
    networkIsolation: false,
    encryptTraffic: false,
    givenOptions: [],
    requestOverrides: [],
  }
}

/** The model of a task in hand. */
export const byValue = (spec: TaskSpec): Pick<InputSpec, 'source'> => ({ source: { kind: 'upstream', spec, output: 'model' } })

/** The model of a task known by name. */
export const byName = (task: string): Pick<InputSpec, 'source'> => ({ source: { kind: 'task', task, output: 'model' } })

function sourceName(source: InputSpec['source']): string {
  if (source.kind === 'upstream') return source.spec.task
  return source.kind === 'task' ? source.task : source.kind
}
