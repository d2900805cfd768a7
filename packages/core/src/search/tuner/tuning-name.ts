import { createHash } from 'node:crypto'
import { taskName, type TaskName } from '../../names/task-name.ts'
import type { ObjectUri } from '../../names/object-uri.ts'

/** A tuning job's name has at most 32 characters; its training jobs add 13. */
const longest = 32
const digestLetters = 10
const mostSuffix = 3

/**
 * The name of a search's tuning jobs, and of the task that keeps their code, inputs and outputs: the same for the same search of the same
 * task. An account has one list of tuning jobs for all projects, so the task's folder is part of the name.
 */
export function tuningTask(task: string, folder: ObjectUri, id: string): TaskName {
  const digest = createHash('sha256').update(`${folder}\n${id}`).digest('hex')
  const letters = BigInt(`0x${digest}`).toString(36).slice(0, digestLetters)
  const room = longest - digestLetters - 1 - mostSuffix
  return taskName(`${task.slice(0, room).replace(/-+$/, '')}-${letters}`)
}

/** The name of one of them: the first has no number. */
export const tuningName = (base: string, number: number): string => (number === 1 ? base : `${base}-${number}`)
