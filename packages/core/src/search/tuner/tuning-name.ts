import { taskName, type TaskName } from '../../names/task-name.ts'

/** A tuning job's name has at most 32 characters; its training jobs add 13. */
const longest = 32
const digestLetters = 10
const mostSuffix = 3

/** The name of a search's tuning jobs, and of the task that keeps their code, inputs and outputs: the same for the same search. */
export function tuningTask(task: string, id: string): TaskName {
  const letters = BigInt(`0x${id}`).toString(36).slice(0, digestLetters)
  const room = longest - digestLetters - 1 - mostSuffix
  return taskName(`${task.slice(0, room).replace(/-+$/, '')}-${letters}`)
}

/** The name of one of them: the first has no number. */
export const tuningName = (base: string, number: number): string => (number === 1 ? base : `${base}-${number}`)
