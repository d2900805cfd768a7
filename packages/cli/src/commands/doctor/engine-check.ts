import type { EngineState } from '@simple-sagemaker/core/local'
import type { CliContext } from '../../terminal/context.ts'
import type { Check } from './check.ts'

/** Which container engine is used, and why another one that is installed is not. */
export async function engineCheck({ env }: CliContext, signal: AbortSignal): Promise<Check> {
  const { containerEngines } = await import('@simple-sagemaker/core/local')
  return engineFinding(await containerEngines({ environment: env, signal }), env['SSM_CONTAINER_ENGINE'] || undefined)
}

const name = 'containers'

/** What is said of the engines that were asked; `named` is the one of `SSM_CONTAINER_ENGINE`. */
export function engineFinding(engines: readonly EngineState[], named: string | undefined): Check {
  const used = engines.find(({ state }) => state === 'used')
  const silent = engines.filter(({ state }) => state === 'silent')
  const reasons = silent.map(({ program, why }) => `${program} is installed, but does not answer (${why ?? ''})`)
  const next = silent.map(({ program, next }) => next ?? `Check that you may use it: ${program} version`).join(' ')
  const by = named === undefined ? '' : ', named by SSM_CONTAINER_ENGINE'
  if (used !== undefined) {
    const detail = [`${used.program} ${used.version ?? ''} is used${by}`, ...reasons].join('; ')
    // A podman without a network is of little use.
    if (used.why !== undefined)
      return {
        name,
        status: 'warning',
        detail: `${detail}; its containers have no network (${used.why})`,
        fix: used.next ?? next,
      }
    return {
      name,
      status: 'ok',
      detail,
      ...(silent.length === 0
        ? {}
        : { fix: `To use ${silent[0]?.program ?? ''} instead: ${next.slice(0, 1).toLowerCase()}${next.slice(1)}` }),
    }
  }
  return unusedFinding(reasons, next, named)
}

function unusedFinding(reasons: readonly string[], next: string, named: string | undefined): Check {
  const by = named === undefined ? '' : ', named by SSM_CONTAINER_ENGINE'
  if (reasons.length > 0) return { name, status: 'warning', detail: `${reasons.join('; ')}${by}`, fix: next }
  if (named !== undefined)
    return {
      name,
      status: 'warning',
      detail: `${named}${by}, was not found`,
      fix: 'Set SSM_CONTAINER_ENGINE to docker, podman, or the path of one, or unset it.',
    }
  return {
    name,
    status: 'note',
    detail:
      'neither docker nor podman was found: needed for local jobs in containers (--container), and to build images (--df) here',
    fix: 'Install Docker or Podman for local jobs in containers. Images for AWS are built by CodeBuild without them.',
  }
}
