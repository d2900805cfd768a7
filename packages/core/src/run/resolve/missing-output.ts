import { SsmError } from '../../errors/ssm-error.ts'
import type { TaskSpec } from '../../spec/task-spec.ts'

type Source = Pick<TaskSpec, 'project' | 'task'>

/** A task that is read from and never completed. */
export function neverCompleted(source: Source, output: string): SsmError {
  return new SsmError(
    'OUTPUT_MISSING',
    `Task ${source.task} of project ${source.project} has no completed job, so there is no ${output} of it`,
    {
      hint: {
        library: `Run task ${source.task} first, or give .input.from(…output('${output}')) of that task, which runs it by itself.`,
        commandLine: `Run task ${source.task} first.`,
      },
      facts: { task: source.task, output },
    },
  )
}

/** A job that completed without the output that is read. */
export function leftNothing(source: Source, output: string, job: string): SsmError {
  return new SsmError('OUTPUT_MISSING', `Job ${job} of task ${source.task} left no ${output}`, {
    hint: `The program of ${source.task} must write files to ${writtenTo(output)}.`,
    facts: { task: source.task, output, job },
  })
}

function writtenTo(output: string): string {
  const folder = { model: 'SM_MODEL_DIR', state: 'SSM_STATE', output: 'SM_OUTPUT_DATA_DIR' }[output]
  return folder === undefined
    ? `the folder that its task names with outputs({ ${output}: '…' })`
    : `the folder named by ${folder}`
}
