import { local } from '../../packages/core/src/local/index.ts'
import type { JobRef } from '../../packages/core/src/platform/jobs.ts'

// A client that looks at a job, or stops it first, and prints how it is.
const [root = '', act = '', text = ''] = process.argv.slice(2)
const job = JSON.parse(text) as JobRef
const platform = local({ root })
if (act === 'stop') await platform.jobs.stop(job)
process.stdout.write(JSON.stringify((await platform.jobs.describe(job)) ?? null))
