import { expect } from 'vitest'
import type { RoleNeed } from '../../packages/core/src/platform/roles.ts'
import { claim, type Room } from './contract.ts'

const need: RoleNeed = {
  project: 'contract',
  bucket: 'ssm-local',
  writablePrefixes: ['contract/'],
  readableAddresses: [],
  imageUri: '000000000000.dkr.ecr.us-east-1.amazonaws.com/contract:1',
  kmsKeys: [],
  vpc: false,
}
const arn = /^arn:aws[a-z-]*:iam::\d{12}:role\/.+$/

/** What every platform must keep of its roles. */
export function rolesContract(room: Room): void {
  claim(room, 'a role is an ARN, the same one each time, and known before it is made', async ({ platform }) => {
    const expected = await platform.roles.expected(need)
    expect(expected).toMatch(arn)
    expect(await platform.roles.ensure(need)).toBe(expected)
    expect(await platform.roles.ensure({ ...need, writablePrefixes: ['contract/', 'more/'] })).toBe(expected)
  })
  claim(room, 'a role given by its ARN is taken as it is', async ({ platform }) => {
    const own = 'arn:aws:iam::111122223333:role/mine'
    expect(await platform.roles.ensure({ ...need, own })).toBe(own)
    expect(await platform.roles.expected({ ...need, own })).toBe(own)
  })
}
