import { SsmError } from '../../errors/ssm-error.ts'
import { wording, type Text } from '../../errors/wording.ts'
import type { TaskSpec } from '../../spec/task-spec.ts'

type Source = Pick<TaskSpec, 'project' | 'task' | 'prefix'>

/** A task that is read from and never completed. */
export function neverCompleted(source: Source, output: string): SsmError {
  return new SsmError(
    'OUTPUT_MISSING',
    `Task ${source.task} of project ${source.project} has no completed job, so there is no ${output} of it`,
    {
      hint: wording`${{
        library: `Run task ${source.task} first, or give .input.from(…output('${output}')) of that task, which runs it by itself.`,
        commandLine: `Run task ${source.task} first.`,
      }}${placeOfOriginal(source)}`,
      facts: { task: source.task, output },
    },
  )
}

/** Where simple-sagemaker for Python has put the jobs of a project with a prefix: there the prefix was the beginning of the name. */
export function placeOfOriginal({ prefix, project }: Pick<Source, 'prefix' | 'project'>): Text {
  if (prefix === '') return ''
  const name = `${prefix}${project}`
  return {
    library: ` Jobs of simple-sagemaker for Python are in project('${name}') without a prefix.`,
    commandLine: ` Jobs of simple-sagemaker for Python are found with -p ${name} and no --prefix.`,
  }
}

/** A job that completed without the output that is read. */
export function leftNothing(source: Source, output: string, job: string): SsmError {
  return new SsmError('OUTPUT_MISSING', `Job ${job} of task ${source.task} left no ${output}`, {
    hint: whereToWrite(source.task, output),
    facts: { task: source.task, output, job },
  })
}

function whereToWrite(task: string, output: string): Text {
  const folder = { model: 'SM_MODEL_DIR', state: 'SSM_STATE', output: 'SM_OUTPUT_DATA_DIR' }[output]
  if (folder !== undefined) return `The program of ${task} must write files to the folder named by ${folder}.`
  return {
    library: `Name its folder in task ${task} with outputs({ ${output}: '…' }), and write files to it.`,
    commandLine: `Name its folder in task ${task} with --output_at ${output} PATH, and write files to it.`,
  }
}
