import { isError } from '../lang/realms.ts'

/** Gives an error that comes long after a call a stack that leads back to it. The same error comes back. */
export type Caller = (error: unknown) => unknown

/**
 * Remembers who called `method`. Work that goes on in the background loses its caller: V8 follows awaits only while a
 * promise has one reader. Cheap: the stack is put into words only when there is an error to tell.
 */
export function callerOf(method: (...args: never[]) => unknown): Caller {
  const place: { readonly stack?: string } = {}
  Error.captureStackTrace(place, method)
  return (error) => {
    const frames = place.stack?.split('\n').slice(1) ?? []
    const [first] = frames
    if (!isError(error) || first === undefined || error.stack?.includes(first) === true) return error
    // Not an assignment: an error may be frozen, and its stack is a courtesy.
    Reflect.set(error, 'stack', [error.stack ?? String(error), ...frames].join('\n'))
    return error
  }
}

/** The lines of the stack below a call of `method`, the nearest one first. */
export function framesBelow(method: (...args: never[]) => unknown): readonly string[] {
  const place: { readonly stack?: string } = {}
  Error.captureStackTrace(place, method)
  return place.stack?.split('\n').slice(1) ?? []
}
