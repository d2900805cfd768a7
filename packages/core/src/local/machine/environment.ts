import { availableParallelism } from 'node:os'
import { machineRootVariable } from '@simple-sagemaker/worker-toolkit/contract'
import { shortDigest } from '../../names/short-digest.ts'
import type { JobPlan } from '../request/job-plan.ts'
import { arnOf } from './config-files.ts'
import type { MachineView } from './isolation.ts'

/** The environment of a machine's program: what it sees of this computer, what the platform says, and the request's own. */
export function machineEnvironment(plan: JobPlan, view: MachineView): Readonly<Record<string, string>> {
  return {
    ...view.environment,
    ...(plan.kind === 'training' ? { TRAINING_JOB_NAME: plan.name, TRAINING_JOB_ARN: arnOf(plan.kind, plan.name) } : {}),
    // Said by whoever knows it already: the launcher need not start a program to find out.
    SM_NUM_CPUS: String(availableParallelism()),
    // A variable outdoes the configuration file of pip, which says how this computer's own packages are installed.
    PIP_REQUIRE_VIRTUALENV: '0',
    PIP_USER: '0',
    MASTER_PORT: String(portOf(plan.name)),
    ...plan.environment,
    ...(view.root === '' ? {} : { [machineRootVariable]: view.root }),
  }
}

/** A port for programs that want to meet: of this job's own, below the range systems hand out by themselves. */
export function portOf(job: string): number {
  return 10_000 + (shortDigest(job) % 20_000)
}
