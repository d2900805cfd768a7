import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  bundleFile,
  channelPath,
  codeChannelPath,
  packagesChannel,
  packagesLock,
} from '@simple-sagemaker/worker-toolkit/contract'
import type { MachineTree } from '../machine/tree.ts'
import { streamPath } from '../logs/format.ts'
import { openMachineLog } from '../logs/writer.ts'
import { readLock, bundledRequirements, type Requirements } from '../python/requirements.ts'
import { environmentWith, NotInstalled } from '../python/packages.ts'
import { attemptTrees, type Job } from './attempt.ts'

const phase = 'Installing'

/**
 * The virtual environment with what the code's `requirements.txt` asks for: made once for each content, found by every later job.
 * `undefined` when the job installs nothing, or the launcher has to: its requirements name files of the code itself.
 * @throws {JobProblem} when packages cannot be installed.
 */
export async function packagesFor(job: Job): Promise<string | undefined> {
  const { settings, plan, halt, journal, place, root } = job
  const [tree] = attemptTrees(job)
  if (settings.installsRequirements !== true || settings.python === undefined || tree === undefined) return undefined
  const wheels = join(tree.root, channelPath(plan.kind, packagesChannel))
  const requirements = readLock(join(wheels, packagesLock)) ?? (await requirementsIn(job, tree))
  if (requirements === undefined) return undefined
  try {
    return await environmentWith({
      root,
      python: settings.python.path,
      requirements,
      wheels,
      environment: { ...job.inherited, ...plan.environment, TMPDIR: join(tree.root, 'tmp') },
      signal: halt.signal,
      onInstall(message) {
        if (journal.state().phase === phase) journal.message(message)
        else journal.phase(phase)
      },
      onFound: (key) => writeFileSync(place.environment, key, { mode: 0o600 }),
    })
  } catch (cause) {
    if (cause instanceof NotInstalled) logged(job, tree.host, cause.lines)
    throw cause
  }
}

/** As on AWS: without a network nothing can be asked of an index. */
async function requirementsIn(job: Job, tree: MachineTree): Promise<Requirements | undefined> {
  return isIsolated(job) ? undefined : bundledRequirements(join(tree.root, codeChannelPath(job.plan.kind), bundleFile))
}

function isIsolated({ request }: Job): boolean {
  const { kind, input } = request
  return (kind === 'training' ? input.EnableNetworkIsolation : input.NetworkConfig?.EnableNetworkIsolation) === true
}

/** What pip printed is in the job's log, where its user looks. */
function logged({ place }: Job, host: string, lines: readonly string[]): void {
  const nowMs = Date.now()
  const log = openMachineLog(streamPath(place.logs, host, nowMs))
  log.write(Buffer.from(lines.map((line) => `${line}\n`).join('')), nowMs)
  log.close()
}
