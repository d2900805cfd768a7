import { join } from 'node:path'
import { fingerprintOf } from '../../bundle/fingerprint.ts'
import { readText } from '../../files/read.ts'
import { writeWhole } from '../../files/write-whole.ts'
import { InvalidTaskError } from '../../options/errors.ts'
import type { FingerprintParts } from '../../spec/result.ts'
import type { TaskSpec } from '../../spec/task-spec.ts'
import { describeSeconds } from '../../time/duration.ts'
import type { TaskContext } from '../context.ts'
import type { ResolvedTask } from '../resolve/resolve-task.ts'
import type { Rehearsal } from './verdict.ts'

/** The digest of a program and its parameters: inputs may be other ones, and lie elsewhere, where it really runs. */
export const programDigest = (parts: FingerprintParts): string =>
  fingerprintOf(Object.fromEntries(Object.entries(parts).filter(([name]) => !name.startsWith('input '))))

const pathOf = (cacheDir: string, program: string): string => join(cacheDir, 'rehearsals', `${program}.json`)

/** Keeps what a rehearsal found, for the runs of this program that ask for it. */
export async function keepCertificate(rehearsal: Rehearsal, cacheDir: string): Promise<void> {
  await writeWhole(pathOf(cacheDir, rehearsal.program), JSON.stringify(rehearsal))
}

/** What the last rehearsal of a program found; `undefined` when there was none on this computer. */
export async function certificateOf(program: string, cacheDir: string): Promise<Rehearsal | undefined> {
  const text = await readText(pathOf(cacheDir, program)).catch(() => undefined)
  try {
    const value = text === undefined ? undefined : (JSON.parse(text) as Rehearsal)
    return value?.v === 1 && value.program === program ? value : undefined
  } catch {
    // A damaged one is none.
    return undefined
  }
}

/**
 * Demands a certificate where the task does, its jobs may be interrupted, and a run may take longer than what it allows without one.
 * @throws {InvalidTaskError} when there is none, or when the program did not survive.
 */
export async function assertCertified({ spec, parts }: ResolvedTask, { platform, cacheDir }: TaskContext): Promise<void> {
  if (!isDemanded(spec) || platform.abilities.ignores.includes('spot')) return
  const found = await certificateOf(programDigest(parts), cacheDir)
  if (found?.survives === true) return
  const limit = describeSeconds(spec.certifiedOverSeconds ?? 0)
  const seen =
    found === undefined ? 'has no certificate here' : `failed its rehearsal: ${found.faults.map(({ fault }) => fault).join(', ')}`
  throw new InvalidTaskError(spec.task, [
    {
      path: 'certified',
      value: undefined,
      message: `demands a certificate for a spot run of more than ${limit}, and this program ${seen}`,
      hint: {
        library: 'Run task.rehearse() on this computer first, or take on-demand machines with .onDemand().',
        commandLine: 'Run ssm rehearse run … on this computer first, or take on-demand machines with --no_spot.',
      },
    },
  ])
}

const isDemanded = ({ spot, certifiedOverSeconds, maxRunSeconds }: TaskSpec): boolean =>
  spot && certifiedOverSeconds !== undefined && maxRunSeconds > certifiedOverSeconds
