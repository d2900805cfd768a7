import type { ObjectUri } from '../../names/object-uri.ts'
import type { ObjectBody } from '../../platform/objects.ts'
import type { TaskContext } from '../context.ts'
import type { ResolvedTask } from '../resolve/resolve-task.ts'

/** Writes one object of a task, locked with the task's own key when it has one. */
export async function writeObject(
  uri: ObjectUri,
  body: ObjectBody,
  task: ResolvedTask,
  context: TaskContext,
  onBytes?: (bytes: number) => void,
): Promise<void> {
  const { outputKmsKey: kmsKey } = task.spec
  const { signal } = context
  await context.platform.objects.write(uri, body, {
    signal,
    ...(kmsKey === undefined ? {} : { kmsKey }),
    ...(onBytes === undefined ? {} : { onBytes }),
  })
}
