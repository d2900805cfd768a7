import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { Machine, twoMachines } from '../test/machine.ts'
import type { Layout } from '../test/machine.ts'

const page = readFileSync(new URL('../../../docs/guides/workers.md', import.meta.url), 'utf8')
const table = page.slice(page.indexOf('<!-- variables -->'), page.indexOf('<!-- /variables -->'))

/** Names in the first column of the table. */
const documented = table
  .split('\n')
  .map((line) => line.split('|')[1] ?? '')
  .flatMap((cell) => [...cell.matchAll(/`([A-Z_<>]+)`/g)].map(([, name = '']) => name))

/** What a request adds to the launcher's own. */
const ofRequests = [
  'SSM_PROJECT',
  'SSM_TASK',
  'SSM_STATE_FROM',
  'SSM_TYPES',
  'SM_CHANNELS',
  'SM_USER_ARGS',
  'SM_USER_ENTRY_POINT',
  'SM_MODULE_NAME',
  'SM_HP_<NAME>',
  'SM_CHANNEL_<NAME>',
]
// NODE_V8_COVERAGE is there while coverage is measured.
const ofShells = ['PATH', 'HOME', 'PWD', 'OLDPWD', 'SHLVL', '_', 'SM_CHANNEL_DATA', 'NODE_V8_COVERAGE']

async function told(layout: Partial<Layout>): Promise<readonly string[]> {
  const machine = new Machine({ run: 'command', argv: ['env', '-0'], resources: twoMachines, ...layout })
  const lines = (await machine.run(['sh'])).stdout.toString().split('\0').slice(0, -1)
  return lines.map((line) => line.slice(0, line.indexOf('=')))
}

test('the guide lists exactly the variables that a program is told', async () => {
  const training = await told({ settings: "ssm_distribution='multi_worker_mirrored'" })
  const processing = await told({ kind: 'processing' })
  const all = new Set([...training, ...processing, ...ofRequests].filter((name) => !ofShells.includes(name)))
  expect([...documented].sort()).toEqual([...all].sort())
})
