import { nameOnPrototype, SsmError } from '../../errors/ssm-error.ts'

/** The result that the work wrote does not match its declared schema. */
export class ResultInvalidError extends SsmError {
  /** Where in the document, and what is wrong there. */
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
    { document = 'result', ...options }: { readonly cause?: unknown; readonly document?: string } = {},
  ) {
    const lines = issues.map(({ path, message }) => `  ${document}${path}: ${message}`)
    const what = document === 'result' ? 'its result' : document
    super('RESULT_INVALID', `Job ${job} completed, but ${what} is not what the task declares:\n${lines.join('\n')}`, {
      ...options,
      hint: 'Fix the program or the schema; the job and its outputs are kept.',
      facts: { job, issues },
    })
    this.issues = issues
  }
}
