/** Freezes plain data all the way down and gives it back; class instances (a `Secret`, a schema) are left as they are. */
export function freeze<Value>(value: Value): Value {
  if (!isPlain(value) || Object.isFrozen(value)) return value
  for (const part of Object.values(value)) freeze(part)
  return Object.freeze(value)
}

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  if (Array.isArray(value)) return true
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
