/** The programs of the environment. */
export const python: string
export const motoServer: string
/** Whether the environment is there and up to date. */
export function isReady(): boolean
/** Makes the environment when it is missing or out of date. */
export function prepare(): Promise<void>
