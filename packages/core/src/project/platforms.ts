import { PlatformError } from '../platform/errors.ts'
import type { Platform } from '../platform/platform.ts'
import type { RehearsalPlatform } from '../run/run-options.ts'
import type { TaskSpec } from '../spec/task-spec.ts'

/** Where a project's jobs run: a platform by name, or one of your own making. */
export type PlatformChoice = 'aws' | 'local' | Platform

/** Client settings for a platform that is chosen by name. */
export interface PlatformSettings {
  /** The AWS region; default the one of the environment or the profile. */
  readonly region?: string
  /** The profile of the AWS configuration; default the environment's. */
  readonly profile?: string
}

/** The platforms of one project: each opened on first use, so that a local run never loads the AWS SDK. */
export interface Platforms extends AsyncDisposable {
  /** The platform a task runs on: the project's, or this machine for the instance type `local`. */
  forTask(spec: Pick<TaskSpec, 'instanceType'>): Promise<Platform>
  main(): Promise<Platform>
  /** The local platform as a rehearsal needs it, whatever the project's own is. */
  rehearsal(settings: RehearsalPlatform): Promise<Platform>
}

// The only place that names both platforms.
const builtIn = {
  aws: async (settings: PlatformSettings): Promise<Platform> => (await import('../aws/index.ts')).aws(settings),
  local: async (settings: PlatformSettings): Promise<Platform> => {
    // Only a job in a container asks for an image of AWS.
    const publishedImages = async () => (await import('../aws/index.ts')).publishedImages(settings)
    return (await import('../local/index.ts')).local({ publishedImages })
  },
}

/** `choice`, else the variable `SSM_PLATFORM`, else AWS. */
export function openPlatforms(choice: PlatformChoice | undefined, settings: PlatformSettings): Platforms {
  const opened = new Map<string, Promise<Platform>>()
  const open = (name: keyof typeof builtIn): Promise<Platform> => {
    const platform = opened.get(name) ?? builtIn[name](settings)
    opened.set(name, platform)
    return platform
  }
  const main = async (): Promise<Platform> => {
    const chosen = choice ?? (process.env['SSM_PLATFORM'] || 'aws')
    if (typeof chosen === 'object') return chosen
    if (chosen === 'aws' || chosen === 'local') return open(chosen)
    throw new PlatformError('PLATFORM_UNSUPPORTED', `There is no platform ${JSON.stringify(chosen)}`, {
      hint: 'Choose aws or local.',
      facts: { platform: chosen },
    })
  }
  return {
    main,
    rehearsal: async ({ root, stopGraceSeconds, moments }) =>
      (await import('../local/index.ts')).local({
        root,
        stopGraceSeconds,
        watchState: true,
        simulateSpotInterruption: { afterSeconds: moments, times: moments.length },
      }),
    forTask: ({ instanceType }) => (/^local(_gpu)?$/.test(instanceType) && typeof choice !== 'object' ? open('local') : main()),
    async [Symbol.asyncDispose]() {
      // A platform handed in belongs to whoever made it.
      for (const platform of opened.values()) await (await platform)[Symbol.asyncDispose]()
      opened.clear()
    },
  }
}
