/*
 * What starts, changes and ends jobs. Loaded with the first of these acts: whoever only looks at jobs waits for none of it.
 */
export { containerSettings } from '../isolation/container-settings.ts'
export { findPython } from '../python/find-python.ts'
export { removePackages } from '../python/remove-packages.ts'
export { problemOfResults } from './results.ts'
export { resumeStoring } from './resume.ts'
export { forget, settle, settleAbandoned } from './settle.ts'
export { startJob } from './start.ts'
export { stopJob } from './stop.ts'
