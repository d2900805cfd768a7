import type { Isolation, IsolationName } from '../machine/isolation.ts'
import { environmentIsolation } from './environment.ts'
import { namespaceIsolation } from './namespace.ts'

const isolations: Readonly<Record<IsolationName, Isolation>> = {
  environment: environmentIsolation,
  namespace: namespaceIsolation,
}

/** The isolation that a job's record names. Jobs of earlier versions name none: they had their environment alone. */
export function isolationNamed(name: IsolationName = 'environment'): Isolation {
  return isolations[name]
}
