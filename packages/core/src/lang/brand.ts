declare const brand: unique symbol

/** A value that was checked once: `Brand<string, 'JobName'>` is a string that only `jobName()` makes. */
export type Brand<Value, Name extends string> = Value & { readonly [brand]: Name }
