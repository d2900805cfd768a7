/*
 * The commands that start or look at jobs: they share nearly all they load, and one file is read faster than many.
 */
export { clean } from './job/clean.ts'
export { data } from './job/data.ts'
export { doctor } from './doctor/doctor.ts'
export { logs } from './job/logs.ts'
export { policies } from './policies.ts'
export { ps } from './ps/ps.ts'
export { run } from './run/run.ts'
export { show } from './job/show.ts'
export { stop } from './job/stop.ts'
export { values } from './values.ts'
export { wait } from './job/wait.ts'
