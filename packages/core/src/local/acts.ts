/*
 * What starts, changes and ends jobs. Loaded with the first of these acts: whoever only looks at jobs waits for none of it.
 */
export { containerSettings } from './isolation/container-settings.ts'
export { findPython } from './python/find-python.ts'
export { removePackages } from './python/remove-packages.ts'
export { problemOfResults } from './jobs/results.ts'
export { resumeStoring } from './jobs/resume.ts'
export { forget, settleJob, settleSeen, settleAbandoned } from './jobs/settle.ts'
export { startJob } from './jobs/start.ts'
export { stopJob } from './jobs/stop.ts'
export { readUsage } from './usage/samples.ts'
