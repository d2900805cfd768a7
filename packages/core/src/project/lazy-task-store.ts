import type { TaskStore, TaskStorePlace } from './task-store.ts'

/** What earlier jobs of a task left; the code that reads it is read when it is first asked. */
export function taskStore(place: TaskStorePlace): TaskStore {
  const opened = async (): Promise<TaskStore> => (await import('./open-task-store.ts')).openTaskStore(place)
  const forEffects = async (): Promise<TaskStore> => {
    if (Symbol.for('simple-sagemaker.describe-only') in globalThis)
      (await import('../run/lookup/describe-only.ts')).refuseWhenDescribing([])
    return opened()
  }
  return {
    async *jobs(options) {
      yield* (await opened()).jobs(options)
    },
    stop: async (options) => (await forEffects()).stop(options),
    outputs: async (options) => (await opened()).outputs(options),
    download: async (folder, options) => (await opened()).download(folder, options),
    series: async (options) => (await opened()).series(options),
    searches: async (options) => (await opened()).searches(options),
    async *state(options) {
      yield* (await opened()).state(options)
    },
    cleanState: async (options) => (await forEffects()).cleanState(options),
  }
}
