import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isSsmError, type LogLine, type RunEvent } from '@simple-sagemaker/core'
import { local } from '@simple-sagemaker/core/local'
import { jobName, type UsageSample } from '@simple-sagemaker/core/platform'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { processesLeft } from '../support/leftovers.ts'
import { makePodman, noPodman, type Podman } from '../support/podman.ts'
import { sandbox, type Sandbox } from '../system/sandbox.ts'

const timeout = 120_000
const folder = mkdtempSync(join(tmpdir(), 'ssm-podman-'))
const before = new Map<string, string | undefined>()
let podman: Podman
// A run of the tests that was killed may have left some.
let networksBefore: readonly string[] = []

const networks = (): readonly string[] => podman.run('network', 'ls', '--format', '{{.Name}}').trim().split('\n')

beforeAll(() => {
  if (noPodman !== undefined) return
  podman = makePodman(folder)
  networksBefore = networks()
  for (const [name, value] of Object.entries({ ...podman.environment, SSM_CONTAINER_ENGINE: 'podman' })) {
    before.set(name, process.env[name])
    process.env[name] = value
  }
}, timeout)

afterAll(async () => {
  try {
    if (noPodman !== undefined) return
    expect(podman.run('ps', '--all', '--quiet')).toBe('')
    // A network may belong to another test file, whose job ends; one that is left stays.
    const left = (): readonly string[] => networks().filter((name) => !networksBefore.includes(name))
    await vi.waitFor(() => expect(left()).toEqual([]), { timeout: 100_000, interval: 200 })
  } finally {
    // Else its mounts keep the folder.
    if (noPodman === undefined) podman.run('rm', '--all', '--force', '--time', '0')
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
    }
    rmSync(folder, { recursive: true, force: true })
  }
}, timeout)

const containers = test.skipIf(noPodman !== undefined)

containers(
  'a machine is a container with the tree of SageMaker, its own host name, and none of this computer',
  { timeout },
  async () => {
    await using place = sandbox()
    const script = place.file(
      'train.py',
      `import json, os, socket, sys
assert socket.gethostname() == 'algo-1' and os.environ['SM_CURRENT_HOST'] == 'algo-1'
assert not os.path.exists(${JSON.stringify(place.folder)})
config = {name: json.load(open('/opt/ml/input/config/' + name)) for name in os.listdir('/opt/ml/input/config')}
assert config['hyperparameters.json']['lr'] == '0.5' and config['resourceconfig.json']['network_interface_name'] == 'eth0', config
assert open('/opt/ml/input/data/data/a.txt').read() == 'hello'
assert os.environ['SECRET'] == 'line 1\\nline 2' and os.environ['HOME'] == '/root', os.environ['HOME']
assert sys.argv[1:] == ['--lr', '0.5'], sys.argv
open('/opt/ml/model/weights', 'w').write('w')
print('as', os.getuid(), sorted(os.listdir('/opt/ml')))
`,
    )
    place.file('data/a.txt', 'hello')
    const task = place
      .project('ex')
      .task('t')
      .code(script)
      .image(podman.image)
      .container()
      .env({ SECRET: 'line 1\nline 2' })
      .hyperparameters({ lr: 0.5 })
      .input.local(join(place.folder, 'data'))
    const result = await task.run()
    await result.download(join(place.folder, 'out'))
    expect(readFileSync(join(place.folder, 'out/model/weights'), 'utf8')).toBe('w')
    const lines: string[] = []
    for await (const { text } of result.logs()) lines.push(text)
    expect(lines.join('\n')).toMatch(/as 0 \[.*'code', 'input', 'model', 'output'\]/)
    expect(await place.leftovers()).toEqual([])
  },
)

containers('state is kept, and inputs are shared out over machines that find each other by name', { timeout }, async () => {
  await using place = sandbox()
  for (const name of ['a', 'b', 'c', 'd']) place.file(`data/${name}`, name)
  const script = place.file(
    'talk.py',
    `import os, socket, time
host, state = os.environ['SM_CURRENT_HOST'], os.environ['SSM_INSTANCE_STATE']
count = len(os.listdir(state))
open(f'{state}/{count}', 'w').write('x')
mine = ''.join(sorted(os.listdir('/opt/ml/input/data/data')))
if host == 'algo-1':
    server = socket.create_server(('0.0.0.0', 7777))
    connection, _ = server.accept()
    print('heard', connection.recv(100).decode(), 'have', mine, 'before', count)
else:
    for _ in range(1200):
        try:
            with socket.create_connection((os.environ['MASTER_ADDR'], 7777)) as connection:
                connection.sendall(f'{socket.gethostname()} {mine}'.encode())
            break
        except OSError:
            time.sleep(0.1)
    else:
        raise SystemExit(9)
`,
  )
  const task = place
    .project('ex')
    .task('t')
    .code(script)
    .image(podman.image)
    .container()
    .instances('ml.m5.large', 2)
    .input.local(join(place.folder, 'data'), { distribution: 'ShardedByS3Key' })
  for (const count of [0, 1]) {
    const result = await task.run({ force: true })
    const lines: string[] = []
    for await (const { machine, text } of result.logs()) if (machine === 'algo-1') lines.push(text)
    expect(lines.join('\n')).toContain(`heard algo-2 bd have ac before ${count}`)
  }
})

containers('a processing job has its own folders, and keeps its output', { timeout }, async () => {
  await using place = sandbox()
  place.file('data/a.txt', 'hello')
  const result = await place
    .project('ex')
    .processing('p')
    .shell('ls /opt/ml/config; tr a-z A-Z < "$SM_CHANNEL_DATA/a.txt" > "$SSM_OUTPUT/b.txt"')
    .image(podman.image)
    .container()
    .input.local(join(place.folder, 'data'))
    .run()
  await result.download(join(place.folder, 'out'))
  expect(readFileSync(join(place.folder, 'out/output/b.txt'), 'utf8')).toBe('HELLO')
})

containers('a program that fails gives its exit code and its last words', { timeout }, async () => {
  await using place = sandbox()
  const failure = await place
    .project('ex')
    .task('t')
    .shell('echo no luck >&2; exit 3')
    .image(podman.image)
    .container()
    .run()
    .catch((cause: unknown) => cause)
  expect(failure).toMatchObject({ code: 'JOB_FAILED' })
  expect(String(failure)).toMatch(/exit code:? 3|no luck/)
  expect(await place.leftovers()).toEqual([])
})

containers(
  'what a container uses is measured, a stop reaches the program, which has its grace, and no container is left',
  { timeout },
  async () => {
    await using place = sandbox()
    const script = place.file(
      'wait.py',
      `import signal, sys, time
def stop(*_):
    open('/opt/ml/model/stopped', 'w').write('in time')
    sys.exit(0)
signal.signal(signal.SIGTERM, stop)
print('ready', flush=True)
kept = bytearray(b'x' * 30_000_000)
while True: pass
`,
    )
    const handle = await place.project('ex').task('t').code(script).image(podman.image).container().start()
    for await (const line of handle.logs()) if (line.text.includes('ready')) break
    // What the container uses is measured, and not what the engine's own process does.
    const { name } = await handle.job()
    const used = async (): Promise<UsageSample | undefined> =>
      (await local({ root: place.root }).jobs.usage?.({ kind: 'training', name: jobName(name) }))?.at(-1)
    await expect.poll(async () => (await used())?.memoryBytes ?? 0, { timeout: 60_000 }).toBeGreaterThan(30_000_000)
    expect((await used())?.cpuPercent).toBeGreaterThan(5)
    expect((await used())?.machine).toBe('algo-1')
    // Its network is its own, so its traffic is known.
    expect((await used())?.receivedBytes).toBeGreaterThanOrEqual(0)
    await handle.stop()
    await expect(handle.result()).rejects.toMatchObject({ code: 'JOB_STOPPED' })
    expect(place.objects().filter((key) => key.endsWith('model.tar.gz'))).toHaveLength(1)
    expect(podman.run('ps', '--all', '--quiet')).toBe('')
  },
)

/** The supervisor of the one job there is of a task, and the group of its machine, as numbers of processes. */
function processesOf(place: Sandbox, task: string): { readonly supervisor: number; readonly group: number } {
  const [job = ''] = place.jobs(task)
  const { owner, processes } = JSON.parse(readFileSync(join(place.root, 'jobs', job, 'state.json'), 'utf8')) as {
    owner: string
    processes: readonly string[]
  }
  return { supervisor: Number.parseInt(owner, 10), group: Number.parseInt(processes[0] ?? '', 10) }
}

containers('a container ends with its supervisor, without another command', { timeout }, async () => {
  await using place = sandbox()
  const handle = await place.project('ex').task('t').shell('echo ready; sleep 1000').image(podman.image).container().start()
  for await (const line of handle.logs()) if (line.text.includes('ready')) break
  process.kill(processesOf(place, 't').supervisor, 'SIGKILL')
  await expect.poll(() => podman.run('ps', '--all', '--quiet'), { timeout: 60_000 }).toBe('')
  await expect(handle.result()).rejects.toMatchObject({ code: 'JOB_FAILED' })
})

containers(
  'a container that outlived everything else of its job is removed by whoever looks at the job',
  { timeout },
  async () => {
    await using place = sandbox()
    const ex = place.project('ex')
    const handle = await ex.task('t').shell('echo ready; sleep 1000').image(podman.image).container().start()
    for await (const line of handle.logs()) if (line.text.includes('ready')) break
    const { supervisor, group } = processesOf(place, 't')
    // In this order nobody sees the others end.
    process.kill(supervisor, 'SIGSTOP')
    process.kill(-group, 'SIGKILL')
    process.kill(supervisor, 'SIGKILL')
    await expect(handle.result()).rejects.toMatchObject({ code: 'JOB_FAILED' })
    // Whoever looked at the job has it settled; else another client does, which looks at once at what the first one left.
    await place.project('ex').task('u').shell('true').run()
    await expect.poll(() => podman.run('ps', '--all', '--quiet'), { timeout: 20_000 }).toBe('')
  },
)

containers('while the engine does not answer, a job whose container may still run stays to be ended', { timeout }, async () => {
  await using place = sandbox()
  // An engine that can be switched off: it is on the record of the job by its path.
  const off = join(place.folder, 'off')
  const engine = place.file('bin/podman', `#!/bin/sh\n[ ! -e '${off}' ] || exit 125\nexec podman "$@"\n`, 0o755)
  const ex = place.project('ex', { containerEngine: engine })
  const handle = await ex.task('t').shell('echo ready; sleep 1000').image(podman.image).container().start()
  for await (const line of handle.logs()) if (line.text.includes('ready')) break
  place.file('off', '')
  process.kill(processesOf(place, 't').supervisor, 'SIGKILL')
  await expect(handle.result()).rejects.toMatchObject({ code: 'JOB_FAILED' })
  await ex.task('u').shell('true').run()
  const job = { kind: 'training', name: jobName(place.jobs('t')[0] ?? '') } as const
  await expect(local({ root: place.root }).jobs.stop(job)).rejects.toMatchObject({ code: 'PLATFORM_UNREACHABLE' })
  rmSync(off)
  await place.project('ex').task('u').shell('true').run({ force: true })
  await expect.poll(() => podman.run('ps', '--all', '--quiet'), { timeout: 20_000 }).toBe('')
  expect(await place.leftovers()).toEqual([])
})

/** Both machines of a job have printed something. */
async function bothPrint({ logs }: { logs(): AsyncIterable<LogLine> }): Promise<void> {
  const machines = new Set<string>()
  for await (const { machine } of logs()) if (machines.add(machine).size === 2) return
}

const program = fileURLToPath(new URL('../system/programs/run-in-containers.ts', import.meta.url))

containers(
  'of several jobs at once, one stopped, one without its supervisor and one without its client, nothing is left',
  { timeout: 2 * timeout },
  async () => {
    await using place = sandbox()
    const wait = 'echo ready; sleep 1000'
    const running = (): number => podman.run('ps', '--quiet').split('\n').filter(Boolean).length
    const client = place.start(program, 'left', podman.image, wait)
    const start = async (task: string) => {
      const ready = place.project('ex').task(task).shell(wait).image(podman.image).container().instances('ml.m5.large', 2)
      const handle = await ready.start()
      await bothPrint(handle)
      return handle
    }
    const [stopped, killed] = await Promise.all([
      start('stopped'),
      start('killed'),
      client.prints(/algo-1 ready[^]*algo-2 ready|algo-2 ready[^]*algo-1 ready/),
    ])
    expect(running()).toBe(6)

    client.kill('SIGKILL')
    process.kill(processesOf(place, 'killed').supervisor, 'SIGKILL')
    await stopped.stop()
    await expect(stopped.result()).rejects.toMatchObject({ code: 'JOB_STOPPED' })
    await expect(killed.result()).rejects.toMatchObject({ code: 'JOB_FAILED' })
    await client.ended
    // The job whose client was killed goes on.
    await expect.poll(running, { timeout: 60_000 }).toBe(2)
    const left = { kind: 'training', name: jobName(place.jobs('left')[0] ?? '') } as const
    await using platform = local({ root: place.root })
    expect((await platform.jobs.describe(left))?.status).toBe('in-progress')
    await platform.jobs.stop(left)

    await expect.poll(async () => (await platform.jobs.describe(left))?.status, { timeout: 60_000 }).toBe('stopped')
    await expect.poll(() => podman.run('ps', '--all', '--quiet'), { timeout: 60_000 }).toBe('')
    // Without another command. Other test files have networks, too.
    const ours = (name: string): boolean => /^ssm-(stopped|killed|left)-/.test(name)
    await expect.poll(() => networks().filter(ours), { timeout: 60_000 }).toEqual([])
    // The next command removes what else the killed supervisor could not.
    await place.project('ex').task('next').shell('true').run()
    expect(await processesLeft(folder, 20_000)).toEqual([])
    const mounts = readFileSync('/proc/self/mountinfo', 'utf8').split('\n')
    expect(mounts.filter((line) => line.includes(place.folder) || (line.includes(folder) && line.includes('/merged')))).toEqual(
      [],
    )
    expect(await place.leftovers()).toEqual([])
  },
)

// As TensorFlow does it, each listens at the port of its own task, for all addresses of its machine. Ends when everybody has reached everybody.
const meet = `python3 - <<'END'
import json, os, socket, threading, time
config = json.loads(os.environ['TF_CONFIG'])
cluster, task, machines = config['cluster'], config['task'], int(os.environ['SSM_NUM_NODES'])
port = lambda address: int(address.split(':')[1])
mine = [cluster[task['type']][task['index']]]
if 'ps' in cluster: mine.append(cluster['ps'][int(os.environ['SSM_HOST_RANK'])])
def serve(server):
    for _ in range(machines): server.accept()[0].close()
threads = [threading.Thread(target=serve, args=(socket.create_server(('', port(address))),)) for address in mine]
for thread in threads: thread.start()
for address in sum(cluster.values(), []):
    while True:
        try: socket.create_connection((address.split(':')[0], port(address))).close(); break
        except OSError: time.sleep(0.05)
for thread in threads: thread.join()
print('met', task['type'], task['index'], {kind: len(all) for kind, all in cluster.items()})
END`

containers.for([false, true])(
  'machines reach each other at what TF_CONFIG says, in containers: %s',
  { timeout },
  async (container) => {
    await using place = sandbox()
    const setUp = { image: podman.image, container, instanceCount: 2, maxRun: '1 minute' } as const
    const line = place.project('ex').task('t').shell(meet).with(setUp)
    const met = async (policy: 'parameter_server' | 'multi_worker_mirrored'): Promise<readonly string[]> => {
      const lines: string[] = []
      for await (const { machine, text } of (await line.distribution(policy).run()).logs())
        if (text.startsWith('met')) lines.push(`${machine} ${text}`)
      return lines.sort()
    }
    expect(await met('multi_worker_mirrored')).toEqual(["algo-1 met worker 0 {'worker': 2}", "algo-2 met worker 1 {'worker': 2}"])
    expect(await met('parameter_server')).toEqual(
      ['algo-1 met master 0', 'algo-2 met worker 0'].map((who) => `${who} {'master': 1, 'ps': 2, 'worker': 1}`),
    )
    expect(await place.leftovers()).toEqual([])
  },
)

containers(
  'podman under the name of docker is used as podman, and no machine misses another that has ended',
  { timeout },
  async () => {
    await using place = sandbox()
    // As Debian's podman-docker has it.
    const emulation = '#!/bin/sh\necho "Emulate Docker CLI using podman." >&2\nexec podman "$@"\n'
    const containerEngine = place.file('bin/docker', emulation, 0o755)
    // The name of a machine goes with it: on the first machine the name of the second is not found at any time.
    place.file('code/getent', '#!/bin/sh\n[ "$(hostname) $2" != "algo-1 algo-2" ] || exit 2\nexec /usr/bin/getent "$@"\n', 0o755)
    place.file('code/run.sh', 'echo met')
    const task = place
      .project('ex', { containerEngine })
      .task('t')
      .code('run.sh', { sourceDir: join(place.folder, 'code') })
      .env({ PATH: '/opt/ml/code:/usr/bin:/bin' })
    const result = await task.image(podman.image).container().instances('ml.m5.large', 2).maxRun('1 minute').run()
    const lines: string[] = []
    for await (const { machine, text } of result.logs()) if (text.startsWith('met')) lines.push(machine)
    expect(lines.sort()).toEqual(['algo-1', 'algo-2'])
    expect(await place.leftovers()).toEqual([])
  },
)

containers('a Dockerfile is built once, and what its user writes belongs to the caller', { timeout }, async () => {
  await using place = sandbox()
  place.file('docker/Dockerfile', `FROM ${podman.image}\nCOPY greeting /greeting\nRUN chmod 644 /greeting\nUSER worker\n`)
  place.file('docker/greeting', 'hi')
  const events: RunEvent[] = []
  const task = place
    .project('ex')
    .task('t')
    .shell('id -u; cat /greeting; cat /opt/ml/input/config/resourceconfig.json')
    .dockerfile(join(place.folder, 'docker'))
    .instances('local')
  const owned = place
    .project('ex')
    .task('u')
    .shell('chown -R 1234 /opt/ml/model && touch /opt/ml/model/mine && chown 1234 /opt/ml/model/mine')
    .image(podman.image)
    .instances('local')
  const built = async (): Promise<number> => {
    events.length = 0
    const handle = await task.start({ force: true })
    for await (const event of handle.events()) events.push(event)
    const failure = await handle.result().catch((cause: unknown) => cause)
    // The launcher needs folders that belong to the superuser, on SageMaker too.
    if (isSsmError(failure)) expect(failure.code).toBe('JOB_FAILED')
    return events.filter(({ type }) => type === 'image-progressed').length
  }
  expect(await built()).toBeGreaterThan(1)
  expect(await built()).toBe(0)
  const result = await owned.run()
  await result.download(join(place.folder, 'out'))
  expect(statSync(join(place.folder, 'out/model/mine')).uid).toBe(process.getuid?.())
  expect(await place.leftovers()).toEqual([])
})

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1')
  } catch {
    return ''
  }
}

const buildProgram = fileURLToPath(new URL('../system/programs/build-image.ts', import.meta.url))

containers(
  'a build leaves nothing when it is aborted, and what a killed client left of one goes with the next',
  { timeout },
  async () => {
    await using place = sandbox()
    // A number that is in no other process's command.
    const seconds = `1000.${process.pid}`
    const needless = (): readonly string[] => [
      ...podman.run('ps', '--all', '--external', '--quiet').split('\n').filter(Boolean),
      ...readFileSync('/proc/self/mountinfo', 'utf8')
        .split('\n')
        .filter((line) => line.includes(folder) && line.includes('/merged')),
    ]
    const slow = `FROM ${podman.image}\nRUN echo be''gun; sleep ${seconds}`
    const abort = new AbortController()
    const handle = await place.project('ex').task('t').shell('true').dockerfile(slow).container().start({ signal: abort.signal })
    for await (const event of handle.events())
      if (event.type === 'image-progressed' && event.progress.line === 'begun') abort.abort()
    await expect(handle.result()).rejects.toMatchObject({ code: 'RUN_ABORTED' })
    expect(needless()).toEqual([])

    const client = place.start(buildProgram, slow)
    await client.prints(/^begun$/m)
    client.kill('SIGKILL')
    await client.ended
    expect(needless()).not.toEqual([])
    const temporary = process.env['TMPDIR']
    process.env['TMPDIR'] = join(place.folder, 'tmp')
    try {
      const left = readdirSync(tmpdir()).map((name) => name.split('-')[1])
      expect(left).toEqual(expect.arrayContaining(['image', 'login']))
      await place.project('ex').task('u').shell('true').dockerfile(`FROM ${podman.image}\nRUN true`).container().run()
      // Those of podman's own steps are no bigger than their settings, and its own.
      expect(readdirSync(tmpdir()).filter((name) => !/^buildah\d+$/.test(name))).toEqual([])
    } finally {
      if (temporary === undefined) delete process.env['TMPDIR']
      else process.env['TMPDIR'] = temporary
    }
    expect(needless()).toEqual([])
    // Killed, a process is there for a moment.
    const running = (): readonly string[] =>
      readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && commandOf(pid) === `sleep\0${seconds}\0`)
    await expect.poll(running, { timeout: 20_000 }).toEqual([])
    expect(await processesLeft(folder, 20_000)).toEqual([])
  },
)

containers(
  'an image that is nowhere is an error that says so, and a missing engine says what to install',
  { timeout },
  async () => {
    await using place = sandbox()
    const task = place.project('ex').task('t').shell('true').image('localhost/none:1').container()
    await expect(task.run()).rejects.toMatchObject({ code: 'IMAGE_FAILED' })
    const missing = place.project('ex', { containerEngine: '/nowhere/docker' }).task('t').shell('true').image('x:1').container()
    const failure = await missing.run().catch((cause: unknown) => cause)
    expect(failure).toMatchObject({ code: 'ENGINE_MISSING' })
  },
)

containers('three tasks give the same archives as processes and as containers', { timeout }, async () => {
  const archives = async (inContainer: boolean): Promise<readonly string[]> => {
    await using place = sandbox()
    place.file('data/words.txt', 'one\ntwo\nthree\n')
    const ex = place.project('ex')
    const setUp = { image: podman.image, container: inContainer }
    const prep = ex
      .task('prep')
      .shell('sort "$SM_CHANNEL_DATA/words.txt" > "$SM_OUTPUT_DATA_DIR/sorted.txt"; touch -d @0 "$SM_OUTPUT_DATA_DIR/sorted.txt"')
      .with(setUp)
      .input.local(join(place.folder, 'data'))
    const train = ex
      .task('train')
      .shell('tar -xzOf "$SM_CHANNEL_WORDS/output.tar.gz" | wc -l > "$SM_MODEL_DIR/count"; touch -d @0 "$SM_MODEL_DIR/count"')
      .with(setUp)
      .input.from(prep.output('output'), { channel: 'words' })
    const check = ex
      .task('check')
      .shell(
        'tar -xzOf "$SM_CHANNEL_MODEL/model.tar.gz" > "$SM_OUTPUT_DATA_DIR/checked"; touch -d @0 "$SM_OUTPUT_DATA_DIR/checked"',
      )
      .with(setUp)
      .input.from(train.output('model'), { channel: 'model' })
    await check.run()
    const found = place.objects().filter((key) => /(model|output)\.tar\.gz$/.test(key))
    return found.map((key) => {
      const digest = execFileSync('sha256sum', [join(place.root, 's3', key)], { encoding: 'utf8' }).slice(0, 64)
      return `${key.replace(/-\d{4}-[^/]*/, '')} ${digest}`
    })
  }
  const [processes, inside] = [await archives(false), await archives(true)]
  expect(processes.length).toBeGreaterThanOrEqual(3)
  expect(inside).toEqual(processes)
})
