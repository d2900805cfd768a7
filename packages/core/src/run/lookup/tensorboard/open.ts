import { join } from 'node:path'
import { cacheFolder } from '../../../files/cache.ts'
import { temporaryDirectory } from '../../../files/temporary.ts'
import type { Fields } from '../../../options/did-you-mean.ts'
import type { Abortable } from '../../../platform/abortable.ts'
import { systemClock } from '../../../time/clock.ts'
import { noJob } from '../../report/report-of.ts'
import { assertGiven, optionProblemsOf, placeProblemsOf } from '../given.ts'
import { TensorboardFolder, type TensorboardFiles, type TensorboardPlace } from './folder.ts'

/** How TensorBoard is started. */
export interface TensorboardOptions extends Abortable {
  /** The port to listen on; default any that is free. */
  readonly port?: number
  /** Seconds between two looks for new files in storage; default 10. */
  readonly refreshSeconds?: number
  /** Whether TensorBoard is installed into the cache of this library when there is no `tensorboard` on the PATH; default `true`. */
  readonly install?: boolean
  /** Called before it is installed. */
  readonly onInstall?: () => void
  /** Called after each look for new files. */
  readonly onUpdate?: (files: TensorboardFiles) => void
  /** Called when a later look for new files failed. It is tried again. */
  readonly onProblem?: (cause: unknown) => void
}

/** A TensorBoard that shows what jobs wrote. Disposing it ends its process and removes its copies. */
export interface Tensorboard extends AsyncDisposable {
  /** Its address, for this computer alone: `http://127.0.0.1:<port>/`. */
  readonly url: string
  /** Rejects when it ended by itself, and with the signal's reason when that aborts. */
  readonly ended: Promise<never>
}

const tensorboardFields: Fields<TensorboardOptions> = {
  port: true,
  install: true,
  onInstall: true,
  refreshSeconds: true,
  onUpdate: true,
  onProblem: true,
  signal: true,
}

/**
 * Starts a TensorBoard on what the jobs of a task, and of the trials of its searches, wrote for it: with `.tensorboard()`, or into their state. It
 * shows copies in a temporary folder, which are brought up to date while it runs.
 *
 * The `tensorboard` of the PATH is used, else one that pip installs from the package index, once, into the cache. It serves this computer alone
 * and asks for no password: other users of the computer can read it. It gets no credentials.
 *
 * @example await using board = await openTensorboard({ platform, project: 'ex', task: 'train' })
 * @throws {SsmError} `OUTPUT_MISSING` when the task has no job, `WHEELS_MISSING` when TensorBoard cannot be installed.
 * @throws {PlatformError} `PLATFORM_UNSUPPORTED` without Python, and when TensorBoard does not start.
 */
export async function openTensorboard(place: TensorboardPlace, options: TensorboardOptions = {}): Promise<Tensorboard> {
  assertGiven('openTensorboard', [...placeProblemsOf(place), ...optionProblemsOf(options, tensorboardFields)])
  const { clientPython, startTensorboard, tensorboardProgram } = await import('../../../wheels/index.ts')
  const closing = new AbortController()
  const signal = AbortSignal.any([closing.signal, ...(options.signal === undefined ? [] : [options.signal])])
  const { port = 0, install = true, onInstall = () => undefined } = options
  const need = { python: clientPython(), cacheDir: cacheFolder(), install, onInstall, signal }
  const scratch = await temporaryDirectory('ssm-tensorboard-')
  try {
    const shown = join(scratch.path, 'runs')
    const folder = new TensorboardFolder(place, shown)
    const files = await folder.update({ signal })
    if (files.jobs + files.runs.length === 0 && !('job' in place)) throw noJob(place)
    options.onUpdate?.(files)
    const program = await tensorboardProgram(need)
    const server = await startTensorboard({ program, folder: shown, scratch: scratch.path, port, signal })
    const updates = keepUpToDate(folder, signal, options)
    const ended = Promise.race([server.ended, updates])
    ended.catch(() => undefined)
    const close = async (): Promise<void> => {
      closing.abort(new DOMException('TensorBoard was closed', 'AbortError'))
      await updates.catch(() => undefined)
      await server[Symbol.asyncDispose]()
      await scratch[Symbol.asyncDispose]()
    }
    return { url: server.url, ended, [Symbol.asyncDispose]: close }
  } catch (cause) {
    await scratch[Symbol.asyncDispose]()
    throw cause
  }
}

/** Looks for new files until the signal aborts, then rejects with its reason. */
async function keepUpToDate(
  folder: TensorboardFolder,
  signal: AbortSignal,
  { refreshSeconds = 10, onUpdate, onProblem }: TensorboardOptions,
): Promise<never> {
  for (;;) {
    await systemClock.sleep(refreshSeconds * 1_000, signal)
    try {
      onUpdate?.(await folder.update({ signal }))
    } catch (cause) {
      signal.throwIfAborted()
      onProblem?.(cause)
    }
  }
}
