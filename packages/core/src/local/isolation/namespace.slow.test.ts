import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest'
import { itemsOf, objectText } from '../../testing/visit.ts'
import { processingJob, refOf, trainingJob } from '../../testing/job-requests.ts'
import { ranToEnd, untilRunning } from '../../testing/job-steps.ts'
import { processesLeft } from '../../../../../test/support/leftovers.ts'
import { noNamespaces } from '../../../../../test/support/namespaces.ts'
import { readableCopy } from '../../../../../test/support/readable-copy.ts'
import { objectUri } from '../../names/object-uri.ts'
import type { JobRequest } from '../../platform/jobs.ts'
import { local } from '../index.ts'
import { chosenIsolation } from './choose.ts'
import { namespaceArgv, prepareNamespaces } from './namespace.ts'
import { namespaceProbe } from './probe.ts'
import { jobPlace, readState } from '../jobs/records.ts'
import { settleAbandoned } from '../jobs/settle.ts'
import { pidOf } from '../process/identity.ts'

const refusal = await noNamespaces()
const root = mkdtempSync(join(tmpdir(), 'ssm-names-'))
const folder = objectUri('s3://ssm-local/test/')
const open = (isolation: 'namespace' | 'environment' = 'namespace'): ReturnType<typeof local> =>
  local({ root, stopGraceSeconds: 0.5, syncSeconds: 0.2, isolation })
const platform = open()

beforeEach(({ skip }) => {
  if (refusal !== undefined) skip(refusal)
})
afterEach(async () => {
  expect(await processesLeft(root)).toEqual([])
  expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(root)
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

async function linesOf(request: JobRequest, on = platform): Promise<readonly string[]> {
  const { failureReason = '' } = await ranToEnd(on, request)
  const lines = (await itemsOf(on.logs.follow(refOf(request)))).map(({ machine, text }) => `${machine} ${text}`).sort()
  if (failureReason !== '') throw new Error([failureReason, ...lines].join('\n'))
  return lines
}

test('each machine of a training job has its own /opt/ml, /state, host name and /, beside this computer’s files', async () => {
  const shell = [
    'cd /opt/ml && echo * && uname -n && echo "root:$SSM_MACHINE_ROOT"',
    'cp input/config/resourceconfig.json model/ && echo kept > /state/$(uname -n)/own && mkdir /data && echo mine > /data/x',
    'test -x /bin/sh && test -d /proc/self && pwd && cat /data/x && echo $TMPDIR && touch $TMPDIR/y',
  ].join('; ')
  const state = objectUri(`${folder}names-state`)
  const lines = await linesOf(trainingJob(folder, { shell, machines: 2, state }))
  const each = (host: string): readonly string[] =>
    ['/.ssm-tmp', '/opt/ml', 'code input model output', host, 'mine', 'root:'].map((text) => `${host} ${text}`)
  expect(lines).toEqual([...each('algo-1'), ...each('algo-2')].sort())
  for (const host of ['algo-1', 'algo-2']) expect(await objectText(platform, objectUri(`${state}/${host}/own`))).toBe('kept\n')
  expect(existsSync('/data/x')).toBe(false)
})

test('a processing job finds its inputs and configuration at the paths of SageMaker, and what it leaves there is kept', async () => {
  await platform.objects.write(objectUri(`${folder}in/x`), { kind: 'bytes', bytes: Buffer.from('seen') })
  const uri = objectUri(`${folder}processed`)
  const shell =
    'mkdir -p /opt/ml/processing/train/deep; cat /opt/ml/processing/in/x > /opt/ml/processing/train/deep/y; cp -r /opt/ml/config /opt/ml/processing/train/'
  await linesOf(processingJob({ shell, inputs: { in: { uri: `${folder}in/` } }, outputs: { train: { uri } } }))
  expect(await objectText(platform, objectUri(`${uri}/deep/y`))).toBe('seen')
  expect(await objectText(platform, objectUri(`${uri}/config/resourceconfig.json`))).toContain('algo-1')
})

test('machines find each other by name: the first one listens at its own, the second connects to it', async ({ skip }) => {
  if (spawnSync('python3', ['--version']).status !== 0) skip('needs python3')
  const python = `
import json, os, socket, time
config = json.load(open("/opt/ml/input/config/resourceconfig.json"))
told = ${JSON.stringify(join(root, 'port'))}
if config["current_host"] == config["hosts"][0]:
    server = socket.create_server((socket.gethostname(), 0))
    with open(told + ".new", "w") as file:
        file.write(str(server.getsockname()[1]))
    os.rename(told + ".new", told)
    client, address = server.accept()
    print("from", client.recv(9).decode(), flush=True)
else:
    while not os.path.exists(told):
        time.sleep(0.05)
    client = socket.create_connection((config["hosts"][0], int(open(told).read())), 20)
    client.sendall(socket.gethostname().encode())
    print("at", client.getpeername()[0], "self", socket.gethostbyname(socket.gethostname()), flush=True)
`
  const shell = `cat > /tmp/ssm-$$.py <<'END'\n${python}\nEND\npython3 /tmp/ssm-$$.py; rm /tmp/ssm-$$.py`
  expect(await linesOf(trainingJob(folder, { shell, machines: 2 }))).toEqual([
    'algo-1 from algo-2',
    'algo-2 at 127.0.0.1 self 127.0.0.2',
  ])
})

test('a stop in the middle, of several jobs at once, leaves no process and no mount', async () => {
  const shell =
    'env -i setsid sh -c "cd /; exec sleep 107" > /dev/null 2>&1 & trap "" TERM; mkdir -p /opt/ml/model/m; sleep 100; sleep 100'
  const requests = [1, 2, 1].map((machines) => trainingJob(folder, { shell, machines }))
  for (const request of requests) {
    await platform.jobs.start(request)
    await untilRunning(platform, refOf(request))
  }
  for (const request of requests) await platform.jobs.stop(refOf(request))
  const ends = await Promise.all(requests.map(async (request) => (await itemsOf(platform.jobs.watch(refOf(request)))).at(-1)))
  expect(ends.map((end) => end?.status)).toEqual(['stopped', 'stopped', 'stopped'])
})

test('what a killed supervisor leaves in its machines’ namespaces ends too, even without a trace in its environment', async () => {
  const request = trainingJob(folder, {
    shell: 'env -i setsid sh -c "cd /; exec sleep 108" > /dev/null 2>&1 & echo ready; sleep 100',
  })
  await platform.jobs.start(request)
  await untilRunning(platform, refOf(request))
  for await (const line of platform.logs.follow(refOf(request))) if (line.text === 'ready') break
  const place = jobPlace(root, refOf(request).name)
  process.kill(pidOf(readState(place)?.owner ?? ''), 'SIGKILL')
  await expect.poll(async () => (await platform.jobs.describe(refOf(request)))?.status).toBe('failed')
  await settleAbandoned(root)
  expect(await processesLeft(root)).toEqual([])
  expect(existsSync(place.machines)).toBe(false)
})

test('the launcher knows that the Python is this computer’s, and installs a job’s packages into the machine', async () => {
  const launcher = fileURLToPath(new URL('../../../../worker-toolkit/launcher/launch.sh', import.meta.url))
  const shell = `sed -n '/^is_shared()/,/^}/p' ${launcher} > $TMPDIR/f; . $TMPDIR/f; is_shared && echo shared`
  expect(await linesOf(trainingJob(folder, { shell: `set -u; SSM_MACHINE_ROOT=; ${shell}` }))).toEqual(['algo-1 shared'])
})

test('a machine starts when a folder of this computer was removed after it was found', () => {
  const place = join(root, 'place')
  for (const name of ['own', 'stays', 'goes']) mkdirSync(join(place, name), { recursive: true })
  const tree = { host: 'algo-1', root: join(root, 'moved/algo-1') }
  for (const path of ['/opt/ml', join(place, 'own')]) mkdirSync(join(tree.root, path), { recursive: true })
  prepareNamespaces([tree], [join(place, 'own')])
  rmSync(join(place, 'goes'), { recursive: true })
  const [file = '', ...argv] = namespaceArgv({ tree, argv: ['/bin/sh', '-c', `mountpoint '${place}/stays'`], cwd: '/opt/ml' })
  expect(spawnSync(file, argv, { encoding: 'utf8' })).toMatchObject({ stderr: '', status: 0 })
})

test('exit codes and signals are told as without a namespace', async () => {
  const endOf = async (shell: string): Promise<string | undefined> =>
    (await ranToEnd(platform, trainingJob(folder, { shell }))).failureReason
  expect(await endOf('exit 7')).toBe('AlgorithmError: exit code: 7')
  expect(await endOf('kill -9 $$')).toBe('AlgorithmError: exit code: 137')
  expect(await endOf('exec /nowhere/missing')).toBe('AlgorithmError: exit code: 127')
})

test('the environment isolation points into the machine’s folder, and leaves the host name alone', async () => {
  const [line] = await linesOf(trainingJob(folder, { shell: 'echo "$SSM_MACHINE_ROOT $(uname -n)"' }), open('environment'))
  expect(line).toMatch(/machines\/algo-1 /)
  expect(line).not.toMatch(/ algo-1$/)
})

test('an ordinary user has the same, keeps its own user number, and owns what is left', { timeout: 60_000 }, async ({ skip }) => {
  if (process.getuid?.() !== 0) return skip('only the superuser can run something as somebody else')
  const home = mkdtempSync(join(tmpdir(), 'ssm-nobody-'))
  chmodSync(home, 0o755)
  const store = join(home, 'store')
  mkdirSync(store)
  spawnSync('chown', ['65534:65534', store])
  try {
    const client = fileURLToPath(new URL('../../../../../test/support/local-client.ts', import.meta.url))
    const { node, file } = readableCopy(client, home)
    const shell =
      'id -u > /opt/ml/model/id; uname -n; test ! -w /etc/hosts; tar -cf /opt/ml/model/t -C /etc hosts; tar -xf /opt/ml/model/t -C /opt/ml/model'
    const request = trainingJob(folder, { shell, environment: {} })
    const as = [
      '--reuid',
      '65534',
      '--regid',
      '65534',
      '--clear-groups',
      'env',
      'SSM_LOCAL_ISOLATION=namespace',
      'HOME=/',
      node,
      file,
    ]
    const { stderr, status } = spawnSync('setpriv', [...as, store, JSON.stringify(request)], { encoding: 'utf8', cwd: '/' })
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
    const end = await local({ root: store }).jobs.describe(refOf(request))
    expect(end).toMatchObject({ status: 'completed' })
    const archive = join(store, 's3/ssm-local/test/out', refOf(request).name, 'output/model.tar.gz')
    expect(statSync(archive).uid).toBe(65534)
    expect(spawnSync('tar', ['-xzOf', archive, 'id'], { encoding: 'utf8' }).stdout.trim()).toBe('65534')
    expect(existsSync(jobPlace(store, refOf(request).name).machines)).toBe(false)
    expect(await processesLeft(store)).toEqual([])
  } finally {
    rmSync(home, { recursive: true })
  }
})

test('a namespace that was asked for by name and is refused says why; otherwise the environment is used', async () => {
  const [here, there] = [join(root, 'here'), join(root, 'there')]
  expect(await chosenIsolation(here, 'auto')).toBe('namespace')
  const kept = JSON.parse(readFileSync(join(here, 'isolation.json'), 'utf8')) as Record<string, unknown>
  mkdirSync(there)
  writeFileSync(join(there, 'isolation.json'), JSON.stringify({ ...kept, works: false, why: 'unshare failed' }))
  expect(await chosenIsolation(there, 'auto')).toBe('environment')
  await expect(chosenIsolation(there, 'namespace')).rejects.toMatchObject({
    code: 'PLATFORM_UNSUPPORTED',
    message: expect.stringContaining('unshare failed') as string,
  })
  expect(() => local({ root, isolation: 'none' as never })).toThrow(/no isolation "none"/)
})

test('a refusal that was found out for another boot is not believed', async () => {
  const other = join(root, 'other')
  mkdirSync(other)
  writeFileSync(join(other, 'isolation.json'), JSON.stringify({ of: 'another boot', works: false, why: 'x', atMs: Date.now() }))
  expect(await namespaceProbe(other)).toMatchObject({ works: true })
})
