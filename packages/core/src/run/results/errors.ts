import type { Text } from '../../errors/wording.ts'
import { nameOnPrototype, SsmError } from '../../errors/ssm-error.ts'

/** The result that the work wrote does not match its declared schema. */
export class ResultInvalidError extends SsmError {
  /** What is wrong with the result. */
  readonly issues: readonly {
    /** Where in the result: `.layers[0]`. */
    readonly path: string
    /** What is wrong there. */
    readonly message: string
  }[]

  static {
    nameOnPrototype(this, 'ResultInvalidError')
  }

  constructor(
    job: string,
    issues: readonly { readonly path: string; readonly message: string }[],
    {
      document = 'result',
      isOld = false,
      isMissing = false,
      ...options
    }: { readonly cause?: unknown; readonly document?: string; readonly isOld?: boolean; readonly isMissing?: boolean } = {},
  ) {
    const lines = issues.map(({ path, message }) => `  ${document}${path}: ${message}`)
    const what = document === 'result' ? 'its result' : document
    super('RESULT_INVALID', `Job ${job} completed, but ${what} is not what the task declares:\n${lines.join('\n')}`, {
      ...options,
      hint: isMissing ? hintOfMissing : isOld ? hintOfOld : 'Fix the program or the schema; the job and its outputs are kept.',
      facts: { job, issues },
    })
    this.issues = issues
  }
}

const hintOfMissing =
  'Write it before the program ends. Python: worker_lib.write_result(value), after "from worker_toolkit import worker_lib". TypeScript: await writeResult(value) of the worker toolkit. Any other program: JSON, into the file $SM_OUTPUT_DATA_DIR/result.json. With several machines the first one writes it.'

// A schema is no part of what is compared: the same result is read by the new one.
const hintOfOld: Text = {
  library:
    'An earlier job wrote it, and nothing has changed since but the schema. Fix the schema, or run it again with run({ force: true }).',
  commandLine:
    'An earlier job wrote it, and nothing has changed since but the schema. Fix the schema, or run it again with --force_running.',
}
