import { types } from 'node:util'

// Test runners and plug-in hosts run code in realms of their own (`node:vm`), whose built-in classes are not those of the code
// they call: there an error of the file system is no instance of `Error`. These questions have one answer everywhere.

/** Whether a value is an error, made by whichever realm. */
export function isError(value: unknown): value is Error {
  return types.isNativeError(value) || Object.prototype.toString.call(value) === '[object DOMException]'
}

/** Whether a value is a regular expression, made by whichever realm. */
export const isRegExp = (value: unknown): value is RegExp => types.isRegExp(value)

/** Whether a value is bytes: a `Uint8Array` or a `Buffer`, made by whichever realm. */
export const isBytes = (value: unknown): value is Uint8Array => types.isUint8Array(value)

/** Whether a value is a function that can be called as it is: a class cannot be without `new`. */
export const isCallable = (value: unknown): boolean =>
  typeof value === 'function' && !/^class\b(?!\s*\()/.test(Function.prototype.toString.call(value))
