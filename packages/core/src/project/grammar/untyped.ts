import { InvalidTaskError } from '../../options/errors.ts'

/*
 * What a caller without types may have given to a method that would stumble over it at once.
 */

/** @throws {InvalidTaskError} for what is no object of options. */
export function assertOptions(task: string, path: string, value: unknown): void {
  if (typeof value === 'object' && value !== null) return
  refuse(task, path, value, 'must be an object of options', 'Write it as { … }, or leave it out.')
}

/** @throws {InvalidTaskError} for what is no function. */
export function assertChange(task: string, value: unknown): void {
  if (typeof value === 'function') return
  const hint = 'Write it as .request((request) => ({ ...request, … })).'
  refuse(task, 'request', value, 'must be a function that gives the changed request', hint)
}

/** @throws {InvalidTaskError} for what is no output of a task and no result. */
export function assertSource(task: string, value: unknown): void {
  if (typeof value === 'object' && value !== null && 'output' in value) return
  refuse(task, 'input.from', value, "must be a task's output", "Write it as .input.from(task.output('model')).")
}

/** @throws {InvalidTaskError} for what is no task. */
export function assertTask(project: string, value: unknown): void {
  if (typeof value === 'object' && value !== null && typeof (value as { output?: unknown }).output === 'function') return
  const hint = Array.isArray(value)
    ? 'Several tasks are added by .addAll([…]).'
    : "Write it as .add(project.task('t').code('t.py'))."
  refuse(project, 'add', Array.isArray(value) ? `a list of ${value.length}` : value, 'must be one task', hint)
}

/** @throws {InvalidTaskError} for a listener that is no function and a signal that is none. */
export function assertRunOptions(task: string, options: unknown): void {
  assertOptions(task, 'run', options)
  const { onEvent, signal } = options as { readonly onEvent?: unknown; readonly signal?: unknown }
  if (onEvent !== undefined && typeof onEvent !== 'function')
    refuse(task, 'onEvent', onEvent, 'must be a function', 'Write it as { onEvent: (event) => … }.')
  if (signal !== undefined && typeof (Object(signal) as { throwIfAborted?: unknown }).throwIfAborted !== 'function')
    refuse(task, 'signal', signal, 'must be an AbortSignal', 'Give the signal of an AbortController.')
}

function refuse(task: string, path: string, value: unknown, message: string, hint: string): never {
  throw new InvalidTaskError(task, [{ path, value, message, hint }])
}
