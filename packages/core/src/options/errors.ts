import { isRegExp } from '../lang/realms.ts'
import { nameOnPrototype, SsmError } from '../errors/ssm-error.ts'
import type { Problem } from './option.ts'

/** A task that cannot run as it is described. `problems` holds all of them, not the first. */
export class InvalidTaskError extends SsmError {
  readonly task: string
  readonly problems: readonly Problem[]

  static {
    nameOnPrototype(this, 'InvalidTaskError')
  }

  constructor(task: string, problems: readonly Problem[], options: { readonly cause?: unknown } = {}) {
    const hints = [...new Set(problems.flatMap((problem) => problem.hint ?? []))]
    // Without types a task may have been called anything.
    const name = isText(task) ? task : shown(task)
    super('TASK_INVALID', `Task ${name} cannot run:\n${problems.map(describeProblem).join('\n')}`, {
      ...options,
      hint: hints.length > 0 ? hints.join(' ') : 'Mend the words listed above; nothing was started.',
      facts: { task: name, problems: problems.map(({ value, ...rest }) => ({ ...rest, value: shown(value) })) },
    })
    this.task = name
    this.problems = problems
  }
}

const isText = (value: unknown): value is string => typeof value === 'string'

function describeProblem(problem: Problem): string {
  const given = problem.value === undefined ? '' : ` (given: ${shown(problem.value)})`
  return `  ${problem.path} ${problem.message}${given}${problem.hint === undefined ? '' : ` — ${problem.hint}`}`
}

function shown(value: unknown): string {
  const text = isRegExp(value) ? String(value) : asJson(value)
  return text.length > 80 ? `${text.slice(0, 77)}…` : text
}

// Whatever was given must be shown: a value that JSON cannot say must not hide what is wrong with it.
function asJson(value: unknown): string {
  try {
    return (typeof value === 'number' ? undefined : JSON.stringify(value)) ?? String(value)
  } catch {
    return `${typeof value === 'object' ? 'an' : 'a'} ${typeof value} that JSON cannot say`
  }
}
