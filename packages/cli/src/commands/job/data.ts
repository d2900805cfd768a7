import { isSsmError, project, type ObjectUri, type TaskStore } from '@simple-sagemaker/core'
import { jobFacts } from '@simple-sagemaker/core/jobs'
import { callOptions, projectOptions } from '../../grammar/tables/run-options.ts'
import type { Call } from '../../settings/call.ts'
import { exits } from '../../grammar/exit-codes.ts'
import { usageError } from '../../grammar/usage-error.ts'
import { valuesOf } from '../../grammar/values.ts'
import { bytesText, countText } from '../../terminal/text.ts'
import { jobOfName } from '../../settings/job-place.ts'
import { noJobOf, orNoJob } from '../../settings/missing.ts'
import { shownPlace, storeOf } from '../../settings/open-platform.ts'
import { downloadsOf, namedOutputs, unpacks } from '../../task/policy.ts'
import { pathFrom } from '../../terminal/context.ts'
import { withPlatform, type OpenedPlatform } from '../with-platform.ts'

interface Did {
  cleanedStateFiles?: number
  downloaded?: { readonly folder: string; readonly files: Readonly<Partial<Record<string, number>>> }
}

/** `ssm data`: clears the state, downloads, or shows what there is. */
export const data = (call: Call): Promise<number> =>
  withPlatform(call, async (opened) => {
    const { platform, signal } = opened
    const { task } = valuesOf(call.parsed, projectOptions)
    if (task === undefined) return dataOfTask(call, await storedByName(call, opened), opened)
    if (call.settings.values.project === undefined) throw whichJob()
    const left = { task, store: storeOf(call.settings, platform, task) }
    return orNoJob(task, call.settings, platform, signal, () => dataOfTask(call, left, opened))
  })

interface Left {
  readonly task: string
  readonly store: TaskStore
}

/** What the task of the job that the line names has stored. */
async function storedByName(call: Call, { platform, signal }: OpenedPlatform): Promise<Left> {
  const [name] = call.parsed.positionals
  if (name === undefined) throw whichJob()
  const { place } = await jobFacts(await jobOfName(name, call, platform, signal), platform, { signal })
  if (place === undefined) throw whichJob()
  const { project: stored, task, bucket, prefix } = place
  return { task, store: project(stored, { platform, bucket, prefix }).data(task) }
}

const whichJob = (): Error => usageError('ssm data needs the name of a job, or -p PROJECT and -t TASK', 'ssm ps lists jobs.')

async function dataOfTask(
  call: Call,
  { task, store: left }: Left,
  { platform, reporter, signal }: OpenedPlatform,
): Promise<number> {
  const { parsed, settings, context, json } = call
  const { clean, outputPath } = valuesOf(parsed, callOptions)
  const [job] = parsed.positionals
  if (job !== undefined && clean === true)
    throw usageError(
      `ssm data ${job} cannot clear anything: the state is that of the task`,
      'Leave out the job, or --clean_state.',
    )
  const ofJob = job === undefined ? {} : { job }
  const did: Did = {}
  if (clean === true) {
    if (!(await isKnown(left, signal))) throw await noJobOf(task, settings, platform, signal)
    did.cleanedStateFiles = await left.cleanState({ signal })
  }
  if (outputPath !== undefined) {
    const flagged = downloadsOf(parsed)
    const named = flagged.includes('output') ? namedOutputs(await left.outputs({ ...ofJob, signal })) : []
    const options = { only: [...flagged, ...named], unpack: unpacks(parsed), ...ofJob, signal }
    const { files, warnings } = await left.download(pathFrom(context, outputPath), options)
    for (const warning of warnings) reporter.warn(warning)
    did.downloaded = { folder: outputPath, files }
  }
  const isDone = clean === true || outputPath !== undefined
  if (json)
    context.stdout.write(
      `${JSON.stringify({ v: 1, task, ...did, ...(isDone ? {} : inventoryDocument(await inventory(left, job, signal))) })}\n`,
    )
  else if (isDone) tellDid(did, (text) => reporter.note(text))
  else context.stdout.write(await inventoryText(await inventory(left, job, signal), call))
  return exits.done
}

/** Whether the task has a job, or state that was given to it. */
async function isKnown(left: TaskStore, signal: AbortSignal): Promise<boolean> {
  const { done } = await left.jobs({ signal })[Symbol.asyncIterator]().next()
  if (done !== true) return true
  return (await stateOf(left, signal)).files > 0
}

function tellDid({ cleanedStateFiles, downloaded }: Did, note: (text: string) => void): void {
  if (cleanedStateFiles !== undefined) note(`cleared the state: ${countText(cleanedStateFiles, 'file')}`)
  if (downloaded === undefined) return
  const parts = Object.entries(downloaded.files).map(([part, count]) => `${part} ${countText(count ?? 0, 'file')}`)
  note(`downloaded to ${downloaded.folder}: ${parts.length === 0 ? 'nothing, the job stored none of it' : parts.join(', ')}`)
}

interface Inventory {
  /** Whether the job was named; else it is the newest completed one. */
  readonly isNamed: boolean
  readonly found: { readonly job: string; readonly outputs: Readonly<Record<string, ObjectUri>> } | null
  readonly state: { readonly files: number; readonly bytes: number }
}

async function stateOf(left: TaskStore, signal: AbortSignal): Promise<Inventory['state']> {
  let [files, bytes] = [0, 0]
  try {
    for await (const { sizeBytes } of left.state({ signal })) [files, bytes] = [files + 1, bytes + sizeBytes]
  } catch (cause) {
    if (!isSsmError(cause, 'OBJECT_MISSING')) throw cause
  }
  return { files, bytes }
}

async function inventory(left: TaskStore, job: string | undefined, signal: AbortSignal): Promise<Inventory> {
  const state = await stateOf(left, signal)
  const outputs = Object.values(await left.outputs({ ...(job === undefined ? {} : { job }), signal }))
  const found =
    outputs[0] === undefined
      ? null
      : { job: outputs[0].job as string, outputs: Object.fromEntries(outputs.map(({ output, uri }) => [output, uri])) }
  return { isNamed: job !== undefined, found, state }
}

const inventoryDocument = ({ isNamed, found, state }: Inventory): object =>
  isNamed ? { ...found, state } : { newestCompleted: found, state }

async function inventoryText({ isNamed, found, state }: Inventory, { settings, context }: Call): Promise<string> {
  const entries = Object.entries(found?.outputs ?? {})
  const outputs = await Promise.all(
    entries.map(async ([output, uri]) => `  ${output.padEnd(7)} ${await shownPlace(uri, settings, context)}\n`),
  )
  return `${isNamed ? 'job' : 'newest completed job'}: ${found?.job ?? 'none'}\n${outputs.join('')}state: ${countText(state.files, 'file')}, ${bytesText(state.bytes)}\n`
}
