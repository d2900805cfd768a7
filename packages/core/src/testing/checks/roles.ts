import type { RoleNeed } from '../../platform/roles.ts'
import { equal, matches } from '../expectations.ts'
import type { Checks } from '../visit.ts'

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

/** What a role of a platform must be. */
export const rolesChecks: Checks = {
  'a role is an ARN, the same one each time, and known before it is made': async ({ platform }) => {
    const expected = await platform.roles.expected(need)
    matches(expected, arn)
    equal(await platform.roles.ensure(need), expected)
    equal(await platform.roles.ensure({ ...need, writablePrefixes: ['contract/', 'more/'] }), expected)
  },
  'a role given by its ARN is taken as it is': async ({ platform }) => {
    const own = 'arn:aws:iam::111122223333:role/mine'
    equal(await platform.roles.ensure({ ...need, own }), own)
    equal(await platform.roles.expected({ ...need, own }), own)
  },
}
