import { SsmError, nameOnPrototype } from '../errors/ssm-error.ts'

declare const brand: unique symbol

/** A value that was checked once: `Brand<string, 'JobName'>` is a string that only `jobName()` makes. */
export type Brand<Value, Name extends string> = Value & { readonly [brand]: Name }

export type ProjectName = Brand<string, 'ProjectName'>
export type TaskName = Brand<string, 'TaskName'>

/** `<task>-YYYY-MM-DD-HH-MM-SS-<8 alnum>` must fit the 63 characters of a job name. */
export const longestTaskName = 34
const longestProjectName = 63

// Without types anything may be given in place of a name.
const isText = (value: unknown): value is string => typeof value === 'string'

/** A name that SageMaker or S3 would refuse. */
export class InvalidNameError extends SsmError {
  static {
    nameOnPrototype(this, 'InvalidNameError')
  }

  constructor(what: string, value: string, rule: string) {
    const shown = isText(value) ? JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value) : `a ${typeof value}`
    const name = `${/^[aeiou]/.test(what) ? 'an' : 'a'} ${what} name`
    super('NAME_INVALID', `${shown} is not ${name}: ${rule}`, {
      hint: `Choose ${name} of ${rule}.`,
      facts: { what, value: isText(value) ? value : shown, rule },
    })
  }
}

/** 1–63 letters, digits, `-`, `_` and `.`, starting with a letter or digit. */
export function projectName(text: string): ProjectName {
  if (!isText(text) || text.length > longestProjectName || !/^[a-zA-Z0-9][a-zA-Z0-9._-]*$/.test(text)) {
    throw new InvalidNameError(
      'project',
      text,
      `1 to ${longestProjectName} letters, digits, ".", "_" and "-", starting with a letter or digit`,
    )
  }
  return text as ProjectName
}

/** 1–34 letters, digits and hyphens, with no hyphen at either end: it becomes the first part of every job name. */
export function taskName(text: string): TaskName {
  if (!isText(text) || text.length > longestTaskName || !/^[a-zA-Z0-9](-*[a-zA-Z0-9])*$/.test(text)) {
    throw new InvalidNameError('task', text, `1 to ${longestTaskName} letters, digits and hyphens, with no hyphen at either end`)
  }
  return text as TaskName
}

const trialLetters = 10

/** The name of the task of a trial: the searched task's, shortened where it is long, and the first letters of a digest. */
export function trialName(task: string, digest: string): TaskName {
  return taskName(trialPrefix(task) + digest.slice(0, trialLetters))
}

/** Whether a task is named as trials of this one are. */
export function isTrialName(task: string, name: string): boolean {
  const prefix = trialPrefix(task)
  return name.startsWith(prefix) && new RegExp(`^[0-9a-z]{${trialLetters}}$`).test(name.slice(prefix.length))
}

const trialPrefix = (task: string): string => `${task.slice(0, longestTaskName - trialLetters - 1).replace(/-+$/, '')}-`
