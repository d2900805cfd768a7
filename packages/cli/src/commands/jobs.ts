/*
 * The commands that start or look at jobs: they share nearly all they load, and one file is read faster than many.
 */
export { data } from './data.ts'
export { doctor } from './doctor.ts'
export { logs } from './logs.ts'
export { ps } from './ps.ts'
export { run } from './run.ts'
export { stop } from './stop.ts'
