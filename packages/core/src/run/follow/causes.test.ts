import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { JobPhase, JobState } from '../../platform/jobs.ts'
import { causeOf } from './causes.ts'

const phasesOf = (...names: readonly string[]): readonly JobPhase[] => names.map((name, index) => ({ name, startedAtMs: index }))
const ended = (
  status: JobState['status'],
  failureReason?: string,
  phases: readonly JobPhase[] = [],
): Parameters<typeof causeOf>[0] => ({
  status,
  phase: phases.at(-1)?.name ?? (status === 'failed' ? 'Failed' : 'Stopped'),
  phases,
  interruptions: phases.filter(({ name }) => name === 'Interrupted').length,
  ...(failureReason === undefined ? {} : { failureReason }),
})

// Texts as they were recorded in public reports, and as our launcher and the local platform write them.
test.each([
  [
    'no machines of this type',
    ended(
      'failed',
      'CapacityError: Unable to provision requested ML compute capacity. Please retry using a different ML instance type.',
    ),
    'capacity',
  ],
  [
    'no spot machines within the wait',
    ended('stopped', undefined, phasesOf('Starting', 'Stopping', 'MaxWaitTimeExceeded')),
    'capacity',
  ],
  [
    'spot machines that were taken away and did not come back',
    ended('stopped', undefined, phasesOf('Starting', 'Training', 'Interrupted', 'Starting', 'Stopping', 'MaxWaitTimeExceeded')),
    'interruption',
  ],
  [
    'a program that ended when its machines were taken away',
    ended('failed', 'AlgorithmError: exit code 143 on algo-1', phasesOf('Starting', 'Training', 'Interrupted', 'Failed')),
    'interruption',
  ],
  [
    'an error of the service',
    ended('failed', 'InternalServerError: We encountered an internal error.  Please try again.'),
    'internal',
  ],
  ['an exit code of a training job', ended('failed', 'AlgorithmError: , exit code: 75'), 'exit 75'],
  ['an exit code as older images tell it', ended('failed', 'AlgorithmError: Exit Code: 139'), 'exit 139'],
  [
    'an exit code with what the program said',
    ended(
      'failed',
      'AlgorithmError: ExecuteUserScriptError:\nCommand "/opt/conda/bin/python train.py"\nTraceback …, exit code: 1',
    ),
    'exit 1',
  ],
  ['an exit code of our launcher', ended('failed', 'AlgorithmError: exit code 3 on algo-2\nboom'), 'exit 3'],
  [
    'a signal of a program that spoke of codes',
    ended('failed', 'AlgorithmError: killed by signal 9 (SIGKILL) on algo-1\nffmpeg: exit code 5'),
    'exit 137',
  ],
  ['a signal', ended('failed', 'AlgorithmError: killed by signal 9 (SIGKILL) on algo-1'), 'exit 137'],
  [
    'a machine that could not read its data',
    ended('failed', 'ClientError: Data download failed:Failed to download data.'),
    'failed',
  ],
  ['a reason without a code', ended('failed', 'AlgorithmError: See job logs for more information'), 'failed'],
  ['no reason at all', ended('failed'), 'failed'],
  ['somebody stopped it', ended('stopped', undefined, phasesOf('Training', 'Stopping', 'Stopped')), 'stopped'],
  ['its time was up', ended('stopped', undefined, phasesOf('Training', 'Stopping', 'MaxRuntimeExceeded')), 'time limit'],
  // DIAGNijmegen/rse-grand-challenge 2631; sagemaker-python-sdk 70 and 2496 (processing), sagemaker-spark 76.
  [
    'no machines, as a processing job says it',
    ended('failed', 'CapacityError: Unable to provision requested ML compute capacity.'),
    'capacity',
  ],
  ['no machines, by another name', ended('failed', 'InsufficientCapacityError: there is no capacity'), 'capacity'],
  [
    'no machines for a job that looked for them again',
    ended('failed', 'CapacityError: no capacity', phasesOf('Starting', 'Training', 'Interrupted', 'Starting', 'Failed')),
    'capacity',
  ],
  [
    'an error of the service while machines were launched, by an older name of the phase',
    ended(
      'failed',
      'InternalServerError: We encountered an internal error.',
      phasesOf('LaunchingMLInstances', 'PreparingTrainingStack', 'Failed'),
    ),
    'internal',
  ],
  [
    'an error of the service when the machines were taken away',
    ended('failed', 'InternalServerError: We encountered an internal error.', phasesOf('Training', 'Interrupted', 'Failed')),
    'interruption',
  ],
  ['an internal error by its short name', ended('failed', 'InternalError: please retry'), 'internal'],
  // sagemaker-python-sdk 357 and 134, amazon-sagemaker-examples 372.
  ['an exit code of an own container', ended('failed', 'AlgorithmError: Exit Code: 1'), 'exit 1'],
  ['an exit code of a processing job', ended('failed', 'AlgorithmError: exit code 75 on algo-1\nnot finished'), 'exit 75'],
  [
    'a processing job without more',
    ended('failed', 'AlgorithmError: See job logs for more information', phasesOf('Starting', 'Processing', 'Failed')),
    'failed',
  ],
  ['a processing job that was stopped', ended('stopped', undefined, phasesOf('Starting', 'Processing', 'Stopped')), 'stopped'],
  [
    'an exit code after another program that is spoken of',
    ended('failed', 'AlgorithmError: ExecuteUserScriptError:\nffmpeg ended with exit code 75\n…, exit code: 1'),
    'exit 1',
  ],
  [
    'an exit code of our launcher before another one',
    ended('failed', 'AlgorithmError: exit code 3 on algo-1\nsub exit code: 75'),
    'exit 3',
  ],
  // sagemaker-python-sdk 35; huggingface/notebooks 138.
  [
    'a role that cannot be assumed',
    ended('failed', "ClientError: SageMaker was unable to assume the role 'arn:aws:iam::111122223333:role/r'"),
    'failed',
  ],
  [
    'outputs that could not be stored',
    ended('failed', 'ClientError: Artifact upload failed:Error 5: Received a failed archive status.'),
    'failed',
  ],
  [
    'too little memory',
    ended('failed', 'ClientError: Please use an instance type with more memory, or reduce the size of training data.'),
    'failed',
  ],
  ['a quota', ended('failed', 'ResourceLimitExceeded: The account-level service limit is 0 Instances'), 'failed'],
  ['a reason in other words', ended('failed', 'Something else happened'), 'failed'],
  [
    'a spot job that only said that it restarts',
    {
      ...ended('failed', 'AlgorithmError: exit code 143 on algo-1', phasesOf('Starting', 'Training', 'Restarting', 'Failed')),
      interruptions: 1,
    },
    'interruption',
  ],
  [
    'a job on demand whose repetition failed',
    ended('failed', 'AlgorithmError: exit code 9 on algo-1', phasesOf('Starting', 'Training', 'Restarting', 'Failed')),
    'exit 9',
  ],
  ['it completed', ended('completed'), undefined],
  [
    'it completed after an interruption',
    ended('completed', undefined, phasesOf('Interrupted', 'Training', 'Completed')),
    undefined,
  ],
  ['it runs', ended('in-progress'), undefined],
  ['a program that speaks of capacity', ended('failed', 'AlgorithmError: CapacityError: no capacity, exit code: 4'), 'exit 4'],
  ['a program that speaks of internal errors', ended('failed', 'AlgorithmError: InternalServerError, exit code: 5'), 'exit 5'],
] as const)('%s', (_, state, cause) => {
  expect(causeOf(state)).toBe(cause)
})

test('whatever a program says, its failure never passes for one of the service', () => {
  fc.assert(
    fc.property(fc.string(), fc.integer({ min: 1, max: 255 }), (said, code) => {
      const cause = causeOf(ended('failed', `AlgorithmError: exit code ${code} on algo-1\n${said}`))
      return cause === `exit ${code}`
    }),
  )
})

test('a wait for spot machines that we ended is no stop by somebody', () => {
  const waitEnded = { v: 1, waitedSeconds: 60 } as const
  expect(causeOf(ended('stopped', undefined, phasesOf('Starting', 'Stopping', 'Stopped')), waitEnded)).toBe('capacity')
  const taken = phasesOf('Starting', 'Training', 'Interrupted', 'Stopping', 'Stopped')
  expect(causeOf(ended('stopped', undefined, taken), waitEnded)).toBe('interruption')
  expect(causeOf(ended('stopped', undefined, phasesOf('Starting', 'Stopping', 'Stopped')))).toBe('stopped')
})
