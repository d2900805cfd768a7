import { SsmError } from '@simple-sagemaker/core'
import { listProjects, listWarmPools } from '@simple-sagemaker/core/jobs'
import { exits } from '../../grammar/exit-codes.ts'
import { warmOptions } from '../../grammar/tables/small-options.ts'
import { valuesOf } from '../../grammar/values.ts'
import { endedText, warmPoolsText, type ListedPool } from '../../render/cost/warm-text.ts'
import type { Call } from '../../settings/call.ts'
import { askedPrices, storagePlaceOf } from '../../settings/open-platform.ts'
import { withPlatform, type OpenedPlatform } from '../with-platform.ts'

/** `ssm warm`: the machines that jobs keep warm, and the end of them. */
export const warm = (call: Call): Promise<number> => withPlatform(call, (opened) => showOrEnd(call, opened))

async function showOrEnd(call: Call, opened: OpenedPlatform): Promise<number> {
  const { parsed, context, json } = call
  const { end } = valuesOf(parsed, warmOptions)
  const listed = await warmPools(call, opened)
  if (end === undefined) {
    context.stdout.write(
      json ? `${JSON.stringify({ v: 1, pools: listed.map(documentOf) })}\n` : warmPoolsText(listed, context.now()),
    )
    return exits.done
  }
  const meant = listed.filter(({ pool }) => end === 'all' || pool.job === end)
  if (meant.length === 0 && end !== 'all') throw noPool(end)
  for (const { pool } of meant) await pool.end({ signal: opened.signal })
  if (json) context.stdout.write(`${JSON.stringify({ v: 1, ended: meant.map(documentOf) })}\n`)
  else opened.reporter.note(endedText(meant.map(({ pool }) => pool)))
  return exits.done
}

async function warmPools({ parsed, settings }: Call, { platform, signal }: OpenedPlatform): Promise<readonly ListedPool[]> {
  const place = storagePlaceOf(settings, platform)
  const prices = askedPrices(parsed, settings)
  const named = settings.values.project?.value
  const projects = named === undefined ? await listProjects(place, { signal }) : [named]
  const found: ListedPool[] = []
  for (const project of projects) {
    const pools = await listWarmPools(project, place, { signal, ...(prices === undefined ? {} : { prices }) })
    found.push(...pools.map((pool) => ({ project, pool })))
  }
  return found
}

/** Times as ISO 8601, as in every document. */
function documentOf({ project, pool }: ListedPool): Readonly<Record<string, unknown>> {
  const { untilMs, ...facts } = pool
  // What can be done with it is no part of a document.
  return { project, ...facts, end: undefined, ...(untilMs === undefined ? {} : { until: new Date(untilMs).toISOString() }) }
}

const noPool = (job: string): SsmError =>
  new SsmError('JOB_LOST', `No job named ${job} keeps warm machines`, {
    hint: 'See which do: ssm warm',
    facts: { job },
  })
