/**
 * What runs the calls of a function on a machine, and the files that it reads and writes. For the library, not for programs.
 *
 * @module @simple-sagemaker/worker-toolkit/functions
 */

export { asJson } from '../json-file.ts'
export type { Json } from '../json-file.ts'
export { serveCalls } from './serve.ts'
export { answersFile, callsChannel, callsFile, callsSettingsFile } from './protocol.ts'
export type { CallEnd, CallsSettings, CrossedError } from './protocol.ts'
