import { local } from '../../packages/core/src/local/index.ts'
import type { JobRequest } from '../../packages/core/src/platform/jobs.ts'
import { refOf } from '../../packages/core/src/testing/job-requests.ts'

// A client that starts a job, says when it runs, and would wait for its end: the test kills it.
const [root = '', request = ''] = process.argv.slice(2)
const platform = local({ root })
const job = JSON.parse(request) as JobRequest
await platform.jobs.start(job)
for await (const state of platform.jobs.watch(refOf(job)))
  if (['Training', 'Processing'].includes(state.phase)) process.stdout.write('running\n')
