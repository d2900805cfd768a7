import { expect, test } from 'vitest'
import { distributionOf } from './distribution.ts'

test.each([
  ['torchrun', { kind: 'torchrun' }],
  ['mpi', { kind: 'mpi' }],
  ['parameter_server', { kind: 'parameter_server' }],
  ['multi_worker_mirrored', { kind: 'multi_worker_mirrored' }],
  [{ torchrun: { processesPerMachine: 4 } }, { kind: 'torchrun', processesPerMachine: 4 }],
  [
    { mpi: { processesPerMachine: 2, options: ['-x', 'A=b c'] } },
    { kind: 'mpi', processesPerMachine: 2, mpiOptions: ['-x', 'A=b c'] },
  ],
])('%j is a distribution', (value, spec) => {
  expect(distributionOf(value)).toEqual(spec)
})

test.each([
  [{ parameter_server: { enabled: true } }, { kind: 'parameter_server' }],
  [{ multi_worker_mirrored_strategy: { enabled: true } }, { kind: 'multi_worker_mirrored' }],
  [{ torch_distributed: { enabled: true } }, { kind: 'torchrun' }],
  [{ pytorchddp: { enabled: true } }, { kind: 'torchrun' }],
  [{ mpi: { enabled: true, processes_per_host: 8 } }, { kind: 'mpi', processesPerMachine: 8 }],
  [
    { mpi: { enabled: true, custom_mpi_options: `--verbose -x NAME="a b" -mca btl '^openib'` } },
    { kind: 'mpi', mpiOptions: ['--verbose', '-x', 'NAME=a b', '-mca', 'btl', '^openib'] },
  ],
  [{ mpi: { enabled: false }, parameter_server: { enabled: true } }, { kind: 'parameter_server' }],
  [{ mpi: { enabled: false } }, undefined],
])('%j of the Python SDK means the same', (value, spec) => {
  expect(distributionOf(value)).toEqual(spec)
})

test.each([
  ['ring', 'must be one of torchrun, mpi, parameter_server, multi_worker_mirrored'],
  ['toString', 'must be one of torchrun, mpi, parameter_server, multi_worker_mirrored'],
  [null, 'must be one of torchrun, mpi, parameter_server, multi_worker_mirrored, or an object with one of them'],
  [
    { smdistributed: { dataparallel: { enabled: true } } },
    'knows torchrun, torch_distributed, pytorchddp, mpi, parameter_server, multi_worker_mirrored, multi_worker_mirrored_strategy, not smdistributed',
  ],
  [{ mpi: {}, torchrun: {} }, 'must have one policy'],
  [{ torchrun: { processesPerMachine: 0 } }, 'must have processesPerMachine as a whole number from 1'],
  [{ mpi: { options: ['a\nb'] } }, 'must have options as a list of texts, each without line breaks'],
])('%j is refused with a reason', (value, reason) => {
  expect(distributionOf(value)).toBe(reason)
})
