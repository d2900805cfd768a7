import { expect, test } from 'vitest'
import { passedVariables, runWords, type ContainerMachine, type ContainerSettings } from './machine.ts'

const settings: ContainerSettings = {
  kind: 'docker',
  program: 'docker',
  environment: {},
  image: 'mine:1',
  gpus: false,
  isolated: false,
}
const machine: ContainerMachine = {
  name: 'job-algo-1',
  host: 'algo-1',
  root: '/store/jobs/job/machines/algo-1',
  network: undefined,
  folders: ['/opt/ml/model', '/state'],
  variables: ['A'],
  argv: ['/bin/sh', '-c', 'x'],
  ownArguments: [],
}
const words = (changes: Partial<ContainerSettings & ContainerMachine>): string =>
  runWords({ ...settings, ...changes }, { ...machine, ...changes }).join(' ')

test('a machine has the folders of its tree at their places, its name and its label, and its program as the entry point', () => {
  const line = words({})
  expect(line).toMatch(/^run --rm --pull=never --name job-algo-1 --hostname algo-1 --label simple-sagemaker.machine=\/store\//)
  expect(line).toContain('--volume /store/jobs/job/machines/algo-1/state:/state')
  expect(line).toMatch(/--env A --entrypoint \/bin\/sh mine:1 -c x$/)
  expect(line).not.toContain('--network')
  expect(words({ argv: [], ownArguments: ['train'] })).toMatch(/ mine:1 train$/)
})

test('the GPUs are asked for as each engine wants it', () => {
  expect(words({ gpus: true })).toContain('--gpus all')
  expect(words({ gpus: true, kind: 'podman' })).toContain('--device nvidia.com/gpu=all')
})

test('several machines share a network, under their names, and a machine without a network has none', () => {
  expect(words({ network: { name: 'ssm-job' } })).toContain('--network ssm-job --network-alias algo-1')
  expect(words({ isolated: true })).toContain('--network none')
  expect(words({ isolated: true, network: { name: 'ssm-job' } })).toContain('--network ssm-job')
})

test('where the engine answers for no names, each machine has a fixed address and the names of all', () => {
  const addresses = new Map([
    ['algo-1', '10.89.0.2'],
    ['algo-2', '10.89.0.3'],
  ])
  expect(words({ network: { name: 'ssm-job', addresses } })).toContain(
    '--network ssm-job --ip 10.89.0.2 --add-host algo-1:10.89.0.2 --add-host algo-2:10.89.0.3 --shm-size',
  )
})

test('no value of a variable is on the command line, except of those that the engine itself would read', () => {
  const passed = passedVariables(
    { TOKEN: 'secret', PATH: '/x', DOCKER_HOST: 'y' },
    { PATH: '/usr/bin', DOCKER_HOST: 'unix:///s' },
  )
  expect(passed.variables).toEqual(['TOKEN', 'PATH=/x', 'DOCKER_HOST=y'])
  expect(passed.environment).toEqual({ TOKEN: 'secret', PATH: '/usr/bin', DOCKER_HOST: 'unix:///s' })
})
