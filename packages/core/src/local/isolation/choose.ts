import { PlatformError } from '../../platform/errors.ts'
import type { IsolationName } from '../machine/isolation.ts'

/** What was asked for: the best that this computer can do, or one by name. */
export type WantedIsolation = 'auto' | Exclude<IsolationName, 'container'>

/**
 * How the machines of a job are kept apart from this computer.
 * @throws {PlatformError} `PLATFORM_UNSUPPORTED` when a namespace was asked for by name and the system refuses it.
 */
export async function chosenIsolation(root: string, wanted: WantedIsolation): Promise<IsolationName> {
  if (wanted === 'environment') return wanted
  const { namespaceProbe } = await import('./probe.ts')
  const { works, why } = await namespaceProbe(root)
  if (works) return 'namespace'
  if (wanted === 'auto') return 'environment'
  throw new PlatformError(
    'PLATFORM_UNSUPPORTED',
    `The machines of a job cannot have their own /opt/ml on this computer: ${why}`,
    {
      hint: "Set isolation to 'auto' or 'environment', or SSM_LOCAL_ISOLATION likewise.",
      facts: { why },
    },
  )
}

/**
 * Refuses a store whose folders no container can get: docker and podman end the path of a folder at the first colon.
 * @throws {PlatformError} `PLATFORM_UNSUPPORTED`.
 */
export function assertMountable(root: string): void {
  if (!root.replace(/^[a-z]:[\\/]/i, '').includes(':')) return
  throw new PlatformError('PLATFORM_UNSUPPORTED', `A container cannot get folders of ${root}: its path has a colon`, {
    hint: {
      library: 'Choose a folder without a colon with local({ root }) or SSM_LOCAL_DIR, or run the job without a container.',
      commandLine: 'Choose a folder without a colon with SSM_LOCAL_DIR, or leave out --container.',
    },
    facts: { root },
  })
}

/**
 * The wanted isolation by its name, which may come from a variable of the environment; `auto` for none.
 * @throws {PlatformError} `PLATFORM_UNSUPPORTED` for a name that there is not.
 */
export function isolationFrom(text: string | undefined): WantedIsolation {
  const name = text || 'auto'
  if (name === 'auto' || name === 'namespace' || name === 'environment') return name
  throw new PlatformError('PLATFORM_UNSUPPORTED', `There is no isolation ${JSON.stringify(name)}`, {
    hint: 'Choose auto, namespace or environment: as the option isolation, or in SSM_LOCAL_ISOLATION.',
    facts: { isolation: name },
  })
}
