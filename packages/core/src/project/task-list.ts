import { InvalidTaskError } from '../options/errors.ts'
import type { TaskSpec } from '../spec/task-spec.ts'
import type { Runner } from '../run/runner.ts'
import type { ProjectOptions } from './grammar/projects.ts'
import type { Platforms } from './platforms.ts'

/** What all objects of one project share. */
export interface Shared {
  readonly name: string
  readonly options: ProjectOptions
  readonly platforms: Platforms
  readonly runner: Runner
}

/** A task of a project by name; without a spec when it is known from its past only. */
export interface ListedTask {
  readonly name: string
  readonly spec?: TaskSpec
}

/** Shared by all lists of one line: each sees as many entries as it has. */
interface Line {
  readonly tasks: ListedTask[]
  /** Name → where it is. */
  readonly places: Map<string, number>
}

/**
 * The tasks of a project. Immutable: `with` gives a list that has more. A list that is grown one by one shares its entries
 * with its successors, so that thousands of tasks take linear time; only a second successor copies them.
 */
export class TaskList {
  readonly #line: Line
  readonly #count: number

  constructor(line: Line = { tasks: [], places: new Map() }, count = 0) {
    this.#line = line
    this.#count = count
  }

  has(name: string): boolean {
    return (this.#line.places.get(name) ?? Infinity) < this.#count
  }

  /** The specs of the tasks that can run, in the order in which they were added. */
  specs(): readonly TaskSpec[] {
    return this.#line.tasks.slice(0, this.#count).flatMap(({ spec }) => spec ?? [])
  }

  /** This list with one more task, whose name it does not have. */
  with(task: ListedTask): TaskList {
    const line = this.#line.tasks.length === this.#count ? this.#line : this.#copy()
    line.places.set(task.name, this.#count)
    line.tasks.push(task)
    return new TaskList(line, this.#count + 1)
  }

  #copy(): Line {
    const tasks = this.#line.tasks.slice(0, this.#count)
    return { tasks, places: new Map(tasks.map(({ name }, index) => [name, index])) }
  }
}

/** @throws {InvalidTaskError} for a name that the project has already. */
export function refuseTwice(name: string, tasks: TaskList): void {
  if (!tasks.has(name)) return
  throw new InvalidTaskError(name, [
    {
      path: 'task',
      value: name,
      message: 'is already part of this project',
      hint: 'Choose another name, or leave out one of the two.',
    },
  ])
}
