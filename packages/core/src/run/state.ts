import type { TaskLayout } from '../names/layout.ts'
import type { Platform } from '../platform/platform.ts'
import type { StoredObject } from '../platform/objects.ts'

/** Whether earlier jobs of a task left state. */
export async function hasState(layout: TaskLayout, platform: Platform, signal: AbortSignal): Promise<boolean> {
  for await (const _ of platform.objects.list(layout.state, { signal })) return true
  return false
}

/** Removes a task's state, and nothing beside it. Gives the number of objects that are gone. */
export async function cleanState(layout: TaskLayout, platform: Platform, signal: AbortSignal): Promise<number> {
  const found: StoredObject[] = []
  for await (const object of platform.objects.list(layout.state, { signal })) found.push(object)
  await platform.objects.remove(
    found.map(({ uri }) => uri),
    { signal },
  )
  return found.length
}
