import { basename, dirname, join, relative, resolve } from 'node:path'
import { seemsCredential } from '../../bundle/credentials.ts'
import { readText } from '../../files/read.ts'
import { kindOf } from '../../files/stat.ts'
import { jobTimeMs, type JobName } from '../../names/job-name.ts'
import { joined, textFor, wording, type Text } from '../../errors/wording.ts'
import { honouredInContainers, optionText } from '../../options/task-options.ts'
import { isTerminal } from '../../platform/jobs.ts'
import type { Platform } from '../../platform/platform.ts'
import { hasOwnDisks } from '../../spec/instance-types.ts'
import type { TaskSpec } from '../../spec/task-spec.ts'
import type { TaskContext } from '../context.ts'
import { inContainer } from '../resolve/image-need.ts'
import type { ResolvedTask } from '../resolve/resolve-task.ts'
import { unlikeUpstream } from '../warm/differences.ts'
import { modulesLeft } from './modules-left.ts'
import type { Start } from './start.ts'

const inContainers: readonly string[] = honouredInContainers

/** Options that this platform cannot honour, and files that are not sent: one message each. */
export async function warningsFor(spec: TaskSpec, platform: Pick<Platform, 'name' | 'abilities'>): Promise<readonly Text[]> {
  const ignored = spec.givenOptions.filter(
    (name) =>
      platform.abilities.ignores.includes(name) &&
      !(name === 'spot' && !spec.spot) &&
      !(inContainer(spec) && inContainers.includes(name)),
  )
  const without = ignored.length === 1 ? 'it' : 'them'
  const named = joined(ignored.map(optionText), ', ')
  return [
    ...(ignored.length === 0
      ? []
      : [wording`the ${platform.name} platform does not honour ${named}: the job runs without ${without}`]),
    ...(platform.abilities.ignores.includes('volumeSizeGiB') ? [] : unsupportedOptions(spec)),
    ...(platform.abilities.ignores.includes('warm') ? [] : unlikeUpstream(spec)),
    ...(await requirementsLeft(spec)),
    ...(await modulesLeft(spec)),
  ]
}

/** Options that this machine or this image does not support. */
function unsupportedOptions({ givenOptions, instanceType, volumeSizeGiB, spot, image }: TaskSpec): readonly Text[] {
  return [
    ...(givenOptions.includes('volumeSizeGiB') && hasOwnDisks(instanceType)
      ? [`${instanceType} has disks of its own: the job gets these, whatever their size, and not ${volumeSizeGiB} GiB`]
      : []),
    ...(givenOptions.includes('maxWait') && !spot && image.kind === 'algorithm'
      ? [
          wording`${image.algorithm} keeps no checkpoints and runs on demand: ${optionText('maxWait')} has no effect; ${optionText('spot')} asks for spare machines`,
        ]
      : []),
  ]
}

const fixedPath = /\/opt\/ml\b/

/** A program that names `/opt/ml` itself, where it is not: what it writes there would be lost, and nothing would say so. */
export async function hardPaths(
  spec: TaskSpec,
  { name, abilities }: Pick<Platform, 'name' | 'abilities'>,
): Promise<readonly string[]> {
  if (abilities.missingPaths === undefined || inContainer(spec) || !fixedPath.test(await textOf(spec))) return []
  const why = await abilities.missingPaths()
  if (why === undefined) return []
  return [
    `the program names /opt/ml, which is not there on the ${name} platform of this computer (${why}): take the paths from variables such as SM_MODEL_DIR, or nothing of what it writes there is kept`,
  ]
}

async function textOf({ program, args }: TaskSpec): Promise<string> {
  if (program.kind === 'shell') return program.line
  if (program.kind !== 'code') return args.join(' ')
  const path = resolve(program.sourceDir ?? '.', program.entry)
  // Only a hint: a file that cannot be read is told by whoever sends it.
  return (await readText(path).catch(() => undefined)) ?? ''
}

/** An entry goes alone unless its folder is named: what it needs would be missed on the machine, not here. */
async function requirementsLeft({ program }: TaskSpec): Promise<readonly string[]> {
  if (program.kind !== 'code' || program.sourceDir !== undefined || !program.entry.endsWith('.py')) return []
  const requirements = join(dirname(resolve(program.entry)), 'requirements.txt')
  if (program.dependencies.some((path) => resolve(path) === requirements)) return []
  if ((await kindOf(requirements).catch(() => undefined)) !== 'file') return []
  return [
    `the requirements.txt beside ${program.entry} stays here and is not installed: give its folder with sourceDir (-s), or the file with dependencies (-d)`,
  ]
}

/** How far ahead of this computer's clock a job's name may be before a warning. */
const tolerableMs = 60_000

/** Tells what cannot be honoured, so that nothing is dropped in silence. */
export async function tellWarnings(task: ResolvedTask, { policy, past }: Start, context: TaskContext): Promise<void> {
  const { newest } = past.history
  for (const text of await warningsFor(task.spec, context.platform)) {
    const [message, commandLine] = [textFor(text, 'library'), textFor(text, 'commandLine')]
    context.tell({ type: 'warned', message, ...(commandLine === message ? {} : { commandLine }) })
  }
  const messages = [
    ...((task.code?.skipped.count ?? 0) > 0 && task.code?.files.length === 0
      ? ['every file of the code was left out by ignore rules']
      : []),
    ...aheadOfClock(past.jobs[0], context.clock.now()),
    ...(policy.force === true && newest !== undefined && !isTerminal(newest.state.status)
      ? [`job ${newest.state.name} is still running: both jobs write to the same state`]
      : []),
    ...contentWarnings(task),
  ]
  for (const message of [...messages, ...(await hardPaths(task.spec, context.platform))])
    context.tell({ type: 'warned', message })
}

/** Jobs are put in order by their names, which begin with the clock of whoever started them. */
function aheadOfClock(newest: JobName | undefined, nowMs: number): readonly string[] {
  const aheadMs = (newest === undefined ? undefined : jobTimeMs(newest)) ?? 0
  if (newest === undefined || aheadMs - nowMs < tolerableMs) return []
  const minutes = Math.round((aheadMs - nowMs) / 60_000)
  return [
    `the newest job, ${newest}, is ${minutes} minutes ahead of this computer's clock: the new one is named after it; check the clocks`,
  ]
}

/** What is odd about the files that are sent. */
export function contentWarnings(task: ResolvedTask): readonly string[] {
  return [...credentialsLeft(task), ...credentialsSent(task), ...unreadableScripts(task), ...largeInputs(task)]
}

function unreadableScripts({ code }: ResolvedTask): readonly string[] {
  const paths = code?.unreadableScripts ?? []
  if (paths.length === 0) return []
  return [
    `${someOf(paths)}: lines that end with CR LF, a byte order mark or UTF-16, as on Windows, which a shell misunderstands; save as UTF-8 with LF line ends`,
  ]
}

function credentialsLeft({ code }: ResolvedTask): readonly string[] {
  const paths = code?.skipped.credentials ?? []
  if (paths.length === 0) return []
  return [`${someOf(paths)} seem to hold credentials and stay here; a line like !${paths[0] ?? ''} in .ssmignore sends it`]
}

/** An input is data, so all of it is sent: what may have come along by mistake is told. */
function credentialsSent({ inputs }: ResolvedTask): readonly string[] {
  return inputs.flatMap(({ local }) => {
    if (local === undefined) return []
    const { source, listing } = local.folder
    const name = basename(resolve(source))
    const isFile = listing.files.length === 1 && listing.files[0]?.path === name
    const found = listing.files.map(({ path }) => path).filter((path) => seemsCredential(isFile ? path : `${name}/${path}`))
    if (found.length === 0) return []
    const next = isFile ? '' : `; a line like ${found[0] ?? ''} in its .ssmignore keeps it here`
    return [`${someOf(found)} of the input ${source} seem to hold credentials and are sent${next}`]
  })
}

const someOf = (paths: readonly string[]): string =>
  `${paths.slice(0, 5).join(', ')}${paths.length > 5 ? ` and ${paths.length - 5} more` : ''}`

const largeFolderBytes = 200 * 1024 * 1024
/** Of a folder of data that much may be meant, and is worth a line: hundreds of megabytes take minutes on many lines. */
const largeDataBytes = 400 * 1024 * 1024

/** A large folder takes its time and is stored: a working folder as an input is often a slip, which holds more than data. */
function largeInputs({ inputs }: ResolvedTask): readonly string[] {
  return inputs.flatMap(({ local }) => {
    const listing = local?.folder.listing
    if (local === undefined || listing === undefined || listing.bytes < largeFolderBytes) return []
    const isWorkingFolder = !relative(resolve(local.folder.source), resolve('.')).startsWith('..')
    if (!isWorkingFolder && listing.bytes < largeDataBytes) return []
    const size = `${Math.round(listing.bytes / 1024 / 1024)} MiB in ${listing.files.length} files`
    const what = isWorkingFolder ? ' is the working folder:' : ':'
    return [`the input ${local.folder.source}${what} ${size}; a .ssmignore in it leaves files out`]
  })
}
