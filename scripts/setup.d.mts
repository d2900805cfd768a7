/** The package manager of this repository with its exact version, as `npx` takes it. */
export const pnpm: string
/** Installs and builds what is missing or out of date. Rejects with a SetupError that says what to do. */
export function setup(): Promise<void>
/** What went wrong with an install, in words, from what npx and pnpm printed. */
export function installProblem(output: string): string

/** Whether what is built is what the sources of this moment give. */
export declare function built(): boolean
