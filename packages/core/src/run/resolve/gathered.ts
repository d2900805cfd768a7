import { isSsmError, SsmError, type ErrorDocument } from '../../errors/ssm-error.ts'
import { joined, type Wording } from '../../errors/wording.ts'

const bothOf = (forms: Readonly<Record<keyof Wording, ErrorDocument>>, pick: (form: ErrorDocument) => string): Wording => ({
  library: pick(forms.library),
  commandLine: pick(forms.commandLine),
})

/** All that is wrong with the inputs of a task as one error; what is no error of this library goes first, as it is. */
export function gathered(task: string, failures: readonly unknown[]): unknown {
  const foreign = failures.find((failure) => !isSsmError(failure))
  if (foreign !== undefined) return foreign
  const errors = failures.filter((failure) => isSsmError(failure))
  const problems = errors.map((error) => ({ library: error.toJSON(), commandLine: error.forCommandLine('') }))
  const hints = new Map(problems.map((each) => [each.library.hint ?? '', bothOf(each, ({ hint = '' }) => hint)]))
  hints.delete('')
  return new SsmError(
    errors[0]?.code ?? 'INPUT_MISSING',
    joined(
      [
        `${errors.length} inputs of task ${task} cannot be used:`,
        ...problems.map((each) => bothOf(each, ({ message }) => `  ${message}`)),
      ],
      '\n',
    ),
    {
      hint: joined([...hints.values()], ' '),
      cause: errors[0],
      facts: {
        task,
        problems: problems.map((each) => ({
          ...each.library,
          message: bothOf(each, ({ message }) => message),
          hint: bothOf(each, ({ hint = '' }) => hint),
        })),
      },
    },
  )
}
