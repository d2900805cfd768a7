import { expect, test } from 'vitest'
import { isMountedFrom } from './leftovers.ts'

const machine = '2201 2199 254:1 /tmp/ssm-a/machine/opt/ml /opt/ml rw,relatime - ext4 /dev/vda rw'
const container =
  '640 588 0:73 / / rw,relatime - overlay overlay rw,upperdir=/tmp/ssm-a/overlay/8c/diff,workdir=/tmp/ssm-a/overlay/8c/work'
const copies = [
  '702 690 0:73 / /tmp/ssm-a/overlay/8c/merged rw,relatime - overlay overlay rw,upperdir=/tmp/ssm-a/overlay/8c/diff',
  '703 690 254:1 /tmp/ssm-a/overlay /tmp/ssm-a/overlay rw,relatime - ext4 /dev/vda rw',
]

test.each([machine, container])('what a machine or a container is made of counts as its own: %s', (line) => {
  expect(isMountedFrom('/tmp/ssm-a', [...copies, line].join('\n'))).toBe(true)
  expect(isMountedFrom('/tmp/ssm-b', [...copies, line].join('\n'))).toBe(false)
})

test('the mounts of others, which every new mount namespace begins with, do not count', () => {
  expect(isMountedFrom('/tmp/ssm-a', copies.join('\n'))).toBe(false)
})
