import type { ContainerSettings } from '../../containers/machine.ts'
import type { Isolation, IsolationName } from '../machine/isolation.ts'
import type { JobPlan } from '../request/job-plan.ts'
import { containerIsolation } from './container.ts'
import { environmentIsolation } from './environment.ts'
import { namespaceIsolation } from './namespace.ts'

/**
 * The isolation that a job's record names. Jobs of earlier versions name none: they had their environment alone. `plan` is what the
 * job's machines are, for whoever starts them.
 */
export function isolationNamed(
  name: IsolationName = 'environment',
  { container }: { readonly container?: ContainerSettings } = {},
  plan?: JobPlan,
): Isolation {
  if (name === 'container' && container !== undefined) return containerIsolation(container, plan)
  return name === 'namespace' ? namespaceIsolation : environmentIsolation
}
