import type { ObjectUri, Platform, TaskResult } from '@simple-sagemaker/core'
import type { Call } from '../settings/call.ts'
import { downloadsOf, type DownloadSummary } from '../task/policy.ts'
import { shownPlace } from '../settings/open-platform.ts'
import { placeFlags, showsCosts } from '../settings/settings.ts'
import type { SummaryLine } from './lines.ts'
import { runCostText } from './cost/cost-text.ts'
import { warmStartText } from './cost/warm-text.ts'
import { countText, spanText } from '../terminal/text.ts'

/** The end of a run for people: how it went, what it cost, where the results are, what comes next. */
export async function runSummary(
  call: Call,
  platform: Platform,
  result: TaskResult,
  downloaded: DownloadSummary | undefined,
): Promise<readonly SummaryLine[]> {
  const skipped = result.decision.kind === 'skip'
  const head = skipped ? `${result.task} was completed before` : `${result.task} completed in ${spanText(result.seconds * 1000)}`
  return [
    { mark: 'good', text: head },
    { name: 'job', text: result.job },
    ...(skipped ? [] : costLines(result, showsCosts(call.settings))),
    ...(await resultLines(call, platform, result, downloaded)),
  ]
}

/** The folder that an output lies in. */
const folderOf = (uri: ObjectUri): ObjectUri => uri.slice(0, uri.replace(/\/+$/, '').lastIndexOf('/') + 1) as ObjectUri

function costLines(result: TaskResult, isAsked: boolean): readonly SummaryLine[] {
  const warm = warmStartText(result.attempts.at(-1)?.warm)
  return [
    ...billedLines(result),
    ...(warm === undefined ? [] : [{ name: 'warm', text: warm }]),
    ...(isAsked ? [{ name: 'cost', text: runCostText(result.cost) }] : []),
  ]
}

function billedLines({ billableSeconds, savings }: TaskResult): readonly SummaryLine[] {
  if (billableSeconds === undefined) return []
  const saved = savings === undefined || savings < 0.005 ? '' : `, ${Math.round(savings * 100)} % saved by spot`
  return [{ name: 'billed', text: `${spanText(billableSeconds * 1000)} a machine${saved}` }]
}

async function resultLines(
  call: Call,
  platform: Platform,
  result: TaskResult,
  downloaded: DownloadSummary | undefined,
): Promise<readonly SummaryLine[]> {
  const project = call.settings.values.project?.value ?? ''
  const place = placeFlags(call.parsed, call.settings)
  const task = `-p ${project} -t ${result.task}${place === '' ? '' : ` ${place}`}`
  if (downloaded === undefined) {
    if (!(await isAnythingAt(folderOf(result.outputs.output.uri), platform))) return []
    return [
      { name: 'results', text: await shownPlace(folderOf(result.outputs.output.uri), call.settings, call.context) },
      { name: 'next', text: `ssm data ${task} -o DIR ${result.kind === 'training' ? '--download_model ' : ''}--download_output` },
    ]
  }
  const files = Object.entries(downloaded.files).flatMap(([part, count = 0]) =>
    count === 0 ? [] : [`${part} ${countText(count, 'file')}`],
  )
  const counts = [...files, ...emptyParts(call, result, downloaded).map((part) => `${part} is empty`)]
  const given = result.kind === 'training' ? 'model' : 'output'
  const isGiven = await isAnythingAt(result.outputs[given].uri, platform)
  return [
    { name: 'results', text: `${downloaded.folder}${counts.length === 0 ? '' : ` (${counts.join(', ')})`}` },
    ...(isGiven ? [{ name: 'next', text: `--iit NAME ${result.task} ${given} gives its results to another task` }] : []),
  ]
}

/** What was asked for and has no files. A processing task has no model: nothing is missing there. */
const emptyParts = ({ parsed }: Call, { kind }: TaskResult, { files }: DownloadSummary): readonly string[] =>
  downloadsOf(parsed).filter((part) => (files[part] ?? 0) === 0 && (part !== 'model' || kind === 'training'))

/** Whether something is stored there; also when that cannot be seen: a summary fails no run. */
async function isAnythingAt(uri: ObjectUri, platform: Platform): Promise<boolean> {
  try {
    const { done } = await platform.objects.list(uri)[Symbol.asyncIterator]().next()
    return done !== true
  } catch {
    return true
  }
}
