import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { paths } from '@simple-sagemaker/worker-toolkit/contract'
import { readTextNow } from '../../files/read.ts'
import { isSsmError } from '../../errors/ssm-error.ts'
import { fsCodeOf } from '../../files/fs-errors.ts'
import { systemClock } from '../../time/clock.ts'
import { writeResults } from '../jobs/results.ts'
import { reasonOf } from '../machine/job-problem.ts'
import { openToOwner } from '../machine/remove-trees.ts'
import { makeDurable } from '../objects/durable.ts'
import type { OutputPlan } from '../request/job-plan.ts'
import type { Job, Prepared } from './attempt.ts'
import { noteInLog, noteLeftOut, uploadArchives } from './collect.ts'
import type { Ending } from '../jobs/ending.ts'
import { folderSync, type Pushed } from './folder-sync.ts'
import { leftOutside, outsideText } from './left-outside.ts'

/**
 * Stores what the machines left, so that it would survive a power cut, and puts on record what it was. When that fails, the
 * trees are to stay: nothing else holds the results.
 */
export async function storeResults(job: Job, prepared: Prepared, ending: Ending): Promise<Ending> {
  try {
    const isFailed = ending.status === 'failed'
    await whileFilesAreScarce(async () => {
      try {
        await store(job, prepared, isFailed)
      } catch (cause) {
        if (!isDenied(cause)) throw cause
        for (const { root } of prepared.trees) openToOwner(root)
        await store(job, prepared, isFailed)
      }
    })
    return ending
  } catch (cause) {
    forgetEnvironmentIn(prepared)
    const kept = `They are kept in ${job.place.machines}.`
    // What the program itself wrote comes before what became of its results.
    const reason = ending.reason ?? `The results could not be stored: ${reasonOf(cause)}`
    return { status: 'failed', phase: 'Failed', reason: `${reason.slice(0, 700)} ${kept}`, unstored: true }
  }
}

async function store({ plan, objects, place, root }: Job, prepared: Prepared, failed: boolean): Promise<void> {
  const isWanted = (output: OutputPlan): boolean => !output.continuous && (output.afterFailure || !failed)
  const folders = plan.outputs
    .filter(isWanted)
    .map((output) => folderSync(prepared.trees, output.path, output.uri, objects, { deletes: false }))
  const shared = await pushAll(prepared.syncs)
  const outputs = await pushAll(folders)
  const archives = await uploadArchives(plan, prepared.trees, objects, failed)
  const leftOut = [shared, outputs, archives].flatMap((pushed) => pushed.leftOut)
  if (leftOut.length > 0) noteLeftOut(place.logs, leftOut)
  const outside = outsideText(plan, leftOutside(plan, prepared.trees))
  if (outside !== undefined && !failed) noteInLog(place.logs, outside)
  const results = [...outputs.written, ...archives.written]
  await makeDurable(
    root,
    [...prepared.syncs.flatMap((sync) => sync.stored()), ...results].flatMap((uri) => objects.pathOf(uri) ?? []),
  )
  await writeResults(place, results, objects).catch(noRoom)
}

// The results are there; that they cannot be put on record costs a later look at them, no more.
function noRoom(cause: unknown): void {
  if (fsCodeOf(cause) === undefined) throw cause
}

async function pushAll(syncs: Prepared['syncs']): Promise<Pushed> {
  const all: Pushed[] = []
  for (const sync of syncs) all.push(await sync.push())
  return { written: all.flatMap((each) => each.written), leftOut: all.flatMap((each) => each.leftOut) }
}

const scarceMs = 120_000

/** Other programs may hold all the files that this computer lets us open: that passes. */
async function whileFilesAreScarce(work: () => Promise<void>): Promise<void> {
  for (const untilMs = performance.now() + scarceMs; ;) {
    try {
      await work()
      return
    } catch (cause) {
      if (!isScarcity(cause) || performance.now() > untilMs) throw cause
      await systemClock.sleep(500)
    }
  }
}

const systemCodeOf = (cause: unknown): unknown => (isSsmError(cause) ? cause.facts['reason'] : fsCodeOf(cause))

const isScarcity = (cause: unknown): boolean => ['EMFILE', 'ENFILE'].includes(String(systemCodeOf(cause)))

/** A program may take from its own files the rights that their owner needs to read them. */
const isDenied = (cause: unknown): boolean => systemCodeOf(cause) === 'EACCES'

/** The trees of a job whose results could not be stored are kept for long; the values of its environment are not. */
function forgetEnvironmentIn({ trees }: Prepared): void {
  for (const tree of trees) {
    const path = join(tree.root, paths.processing.config, 'processingjobconfig.json')
    try {
      const { Environment: _environment, ...config } = JSON.parse(readTextNow(path)) as Readonly<Record<string, unknown>>
      rmSync(path)
      writeFileSync(path, JSON.stringify(config), { mode: 0o600 })
    } catch {
      // A training job has no such file; on a full disk it is gone.
    }
  }
}
