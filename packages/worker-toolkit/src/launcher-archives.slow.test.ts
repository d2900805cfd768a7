import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { lacking } from '../../../test/support/prerequisites.ts'
import { Machine, quickPath, whereIs } from '../test/machine.ts'

const channel = '/opt/ml/input/data/m'
const entries = 5_000

// Written by Python: none of the tar programs under test has a part in it.
const writer = `
import io, sys, tarfile
with tarfile.open(sys.argv[1], 'w:gz', compresslevel=1) as archive:
    for number in range(${entries}):
        entry = tarfile.TarInfo('folder-%d/file-%06d' % (number // 500, number))
        entry.size = 1
        archive.addfile(entry, io.BytesIO(b'x'))
`

test.each(['tar', 'busybox', 'bsdtar'])(
  `an archive of ${entries} files among the inputs is looked through and unpacked with %s`,
  { timeout: 120_000 },
  async (tar) => {
    if (lacking(tar, 'python3') !== undefined) return
    const machine = new Machine({ run: 'line', argv: ['true'], settings: `ssm_unpack='${channel}'` })
    machine.put(`${channel}/own.txt`, 'own')
    expect(spawnSync('python3', ['-c', writer, join(machine.root, channel, 'many.tar.gz')]).status).toBe(0)
    const folder = join(machine.root, 'tar')
    mkdirSync(folder)
    symlinkSync(whereIs(tar), join(folder, 'tar'))
    const ended = await machine.run(['sh'], { PATH: `${folder}:${quickPath}` })
    expect([ended.code, machine.failure()]).toEqual([0, undefined])
    const unpacked = readdirSync(join(machine.root, channel)).filter((name) => name.startsWith('folder-'))
    expect(unpacked).toHaveLength(entries / 500)
    for (const name of unpacked) expect(readdirSync(join(machine.root, channel, name))).toHaveLength(500)
  },
)
