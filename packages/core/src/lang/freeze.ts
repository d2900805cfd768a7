/**
 * Freezes plain data all the way down and gives it back; class instances (a `Secret`, a schema) are left as they are. Data may hold
 * itself and be of any depth, and no getter is called.
 */
export function freeze<Value>(value: Value): Value {
  const left: unknown[] = [value]
  while (left.length > 0) {
    const part = left.pop()
    if (!isPlain(part) || Object.isFrozen(part)) continue
    Object.freeze(part)
    for (const field of Object.values(Object.getOwnPropertyDescriptors(part))) left.push(field.value)
  }
  return value
}

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  if (Array.isArray(value)) return true
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
