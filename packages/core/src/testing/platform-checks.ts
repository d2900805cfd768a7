import { randomBytes } from 'node:crypto'
import { objectUri } from '../names/object-uri.ts'
import type { Platform } from '../platform/platform.ts'
import { imagesChecks } from './checks/images.ts'
import { inputsChecks } from './checks/inputs.ts'
import { jobsChecks } from './checks/jobs.ts'
import { logsChecks } from './checks/logs.ts'
import { objectsChecks } from './checks/objects.ts'
import { resultsChecks } from './checks/results.ts'
import { rolesChecks } from './checks/roles.ts'
import { itemsOf, type Visit } from './visit.ts'

const checksOf = {
  objects: objectsChecks,
  jobs: jobsChecks,
  inputs: inputsChecks,
  results: resultsChecks,
  logs: logsChecks,
  roles: rolesChecks,
  images: imagesChecks,
} as const

/**
 * What a check is about: one of the platform interfaces; `inputs` and `results` are the part of `jobs` that the machines of a
 * job do with channels and with the files that its program writes.
 */
export type CheckTopic = keyof typeof checksOf

/** One claim about a platform, to be registered as a test. */
export interface PlatformCheck {
  /** What it is about. */
  readonly topic: CheckTopic
  /** The claim: unique among all checks. */
  readonly name: string
  /** Why the platform does not keep it, when you gave a reason. */
  readonly skip?: string
  /** Resolves when the claim holds; rejects with an `AssertionError`, or with what the platform threw, when it does not. */
  readonly run: () => Promise<void>
}

/** Which platform to check, and in what. */
export interface PlatformCheckOptions {
  /** Opens the platform for one check, which disposes it at its end. Several platforms may be open on the same store. */
  readonly open: () => Promise<Platform>
  /** Only the checks of these topics; default all. */
  readonly topics?: readonly CheckTopic[]
  /** Names of checks that this platform does not keep, each with the reason. */
  readonly skip?: Readonly<Record<string, string>>
}

/**
 * The checks that every platform must pass, for any test runner: register each as a test of yours. Most take less than a second;
 * some start jobs that run for seconds, so give each at least 30 seconds. A check writes only below `contract/` in the default
 * bucket, and removes what it wrote. Jobs run commands of `/bin/sh`.
 *
 * @throws {TypeError} when `skip` names a check that does not exist.
 * @example for (const { name, skip, run } of platformChecks({ open: async () => myPlatform() })) test(name, { skip }, run)
 */
export function platformChecks(options: PlatformCheckOptions): readonly PlatformCheck[] {
  const { open, topics = Object.keys(checksOf) as readonly CheckTopic[], skip = {} } = options
  const unknown = Object.keys(skip).filter((name) => !Object.values(checksOf).some((checks) => name in checks))
  if (unknown.length > 0) throw new TypeError(`skip names checks that do not exist: ${unknown.join(', ')}`)
  return topics.flatMap((topic) =>
    Object.entries(checksOf[topic]).map(([name, check]) => {
      const reason = skip[name]
      return { topic, name, ...(reason === undefined ? {} : { skip: reason }), run: () => visit(open, check) }
    }),
  )
}

async function visit(open: () => Promise<Platform>, check: (visit: Visit) => Promise<void>): Promise<void> {
  await using platform = await open()
  const bucket = await platform.objects.bucket(undefined)
  const folder = objectUri(`s3://${bucket}/contract/${randomBytes(6).toString('hex')}/`)
  try {
    await check({ platform, folder })
  } finally {
    await platform.objects.remove((await itemsOf(platform.objects.list(folder))).map((object) => object.uri))
  }
}
