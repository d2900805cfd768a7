/**
 * What a job's own Node code uses: the machine's facts, its state, its stop signal, its typed result.
 *
 * @module @simple-sagemaker/worker-toolkit
 */

export { worker, writeResult } from './worker.ts'
export type { TypedTask, Worker, WorkerTypes } from './worker.ts'
export type { AnyDocuments, Documents } from './documents.ts'
export type { Environment, MachineFacts } from './facts.ts'
export type { Json } from './json-file.ts'
export type { State } from './state.ts'
export { saveState } from './save-state.ts'
export { onStop, stopSignal } from './stop.ts'
export type { StopCallback } from './stop.ts'
