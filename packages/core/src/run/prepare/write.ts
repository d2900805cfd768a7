import type { ObjectUri } from '../../names/object-uri.ts'
import type { ObjectBody } from '../../platform/objects.ts'
import type { RunContext } from '../context.ts'
import type { Aim } from './aim.ts'

/** Writes one object of a task, locked with the task's own key when it has one. */
export async function writeObject(
  uri: ObjectUri,
  body: ObjectBody,
  aim: Aim,
  context: RunContext,
  onBytes?: (bytes: number) => void,
): Promise<void> {
  const { outputKmsKey: kmsKey } = aim.spec
  const { signal } = context
  await context.platform.objects.write(uri, body, {
    signal,
    ...(kmsKey === undefined ? {} : { kmsKey }),
    ...(onBytes === undefined ? {} : { onBytes }),
  })
}
