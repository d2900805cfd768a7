import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { noNamespaces } from '../support/namespaces.ts'
import { sandbox } from './sandbox.ts'

const runTasks = fileURLToPath(new URL('programs/run-tasks.ts', import.meta.url))
const program = fileURLToPath(new URL('programs/original-workers.ts', import.meta.url))

// As workers of the Python original are written: they name the folders themselves.
const worker = `import os, shutil, subprocess, sys, time
listed = subprocess.check_output(['ls', '/opt/ml']).decode().split()
if os.path.isdir('/opt/ml/processing'):
    shutil.copytree('/opt/ml/config', '/opt/ml/processing/output/config')
else:
    assert open('/opt/ml/input/data/data/x').read() == 'given'
    shutil.copytree('/opt/ml/input/config', '/opt/ml/model/config-of-' + os.uname().nodename)
    open('/state/seen', 'a').write(os.uname().nodename)
print('listed', *listed, flush=True)
print('ready', flush=True)
if 'wait' in sys.argv:
    time.sleep(1000)
`

test('workers that name /opt/ml run as an ordinary user, several at once, one stopped, one killed, and nothing of them is left', async ({
  skip,
}) => {
  const refusal = await noNamespaces()
  if (refusal !== undefined) return skip(refusal)
  await using place = sandbox()
  const file = place.file('worker.py', worker)
  place.file('data/x', 'given')
  const client = place.startAsNobody(program, file, join(place.folder, 'data'))
  const { end, output } = await client.ended
  expect([end, output]).toEqual([0, expect.stringContaining('"ends"')])
  const { ends, uid } = JSON.parse(output.slice(output.indexOf('{"ends"'))) as { ends: readonly string[]; uid: number }
  expect(ends).toEqual(['completed', 'completed', 'JOB_STOPPED', 'JOB_FAILED'])
  expect(uid).not.toBe(0)

  const objects = place.objects()
  expect(objects.some((key) => /\/copies\/.*\/config\/resourceconfig\.json$/.test(key))).toBe(true)
  const [archive = ''] = objects.filter((key) => /\/reads\/.*model\.tar\.gz$/.test(key))
  const names = execFileSync('tar', ['-tzf', join(place.root, 's3', archive)], { encoding: 'utf8' })
  for (const host of ['algo-1', 'algo-2']) expect(names).toContain(`config-of-${host}/resourceconfig.json`)
  // The next command removes what the killed supervisor could not.
  expect(await place.startAsNobody(runTasks, 'ex', 'next', 'true').ended).toMatchObject({ end: 0 })
  expect(await place.leftovers()).toEqual([])
  expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(place.folder)
})
