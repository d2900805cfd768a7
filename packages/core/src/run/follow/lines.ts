import { turns } from '../../lang/turns.ts'
import type { Fields } from '../../options/did-you-mean.ts'
import type { JobRef } from '../../platform/jobs.ts'
import type { FollowOptions, LogLine } from '../../platform/logs.ts'
import type { Platform } from '../../platform/platform.ts'
import { redact } from '../../secrets/redact.ts'

/** What says which lines are read. */
export const followFields: Fields<FollowOptions> = {
  signal: true,
  sinceMs: true,
  untilNow: true,
  machine: true,
  where: true,
  last: true,
}

/** The lines of a job's log as `Logs.follow` gives them, with known secrets masked. All log lines leave the library through here. */
export async function* logLines(platform: Platform, job: JobRef, options: FollowOptions): AsyncGenerator<LogLine> {
  const turn = turns()
  for await (const line of platform.logs.follow(job, options)) {
    const others = turn()
    if (others !== undefined) await others
    const text = redact(line.text)
    yield text === line.text ? line : { ...line, text }
  }
}
