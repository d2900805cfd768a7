import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { sandbox, type Sandbox } from '../../../../../test/system/sandbox.ts'
import type { ImageProgress } from '../../platform/images.ts'
import { localImages } from '../images.ts'

const before = { PATH: process.env['PATH'], SSM_CONTAINER_ENGINE: process.env['SSM_CONTAINER_ENGINE'] }
let place: Sandbox

beforeEach(() => {
  place = sandbox()
  process.env['PATH'] = `${join(place.folder, 'bin')}:${before.PATH ?? ''}`
  delete process.env['SSM_CONTAINER_ENGINE']
})

afterEach(async () => {
  process.env['PATH'] = before.PATH
  if (before.SSM_CONTAINER_ENGINE !== undefined) process.env['SSM_CONTAINER_ENGINE'] = before.SSM_CONTAINER_ENGINE
  await place[Symbol.asyncDispose]()
})

/** A program called `docker` that notes its words, each call in a file of its own, and runs nothing. */
function docker(
  says: 'Docker version 28.0.0, build x' | 'podman version 4.3.1',
  more: { readonly buildx?: boolean; readonly run?: string } = {},
): void {
  const calls = join(place.folder, 'calls')
  mkdirSync(calls)
  const emulates = says.startsWith('podman')
  place.file(
    'bin/docker',
    `#!/bin/sh
${emulates ? "echo 'Emulate Docker CLI using podman. Create /etc/containers/nodocker to quiet msg.' >&2" : ''}
case "$1" in --version) echo '${says}'; exit;; version) [ "$3" = '{{.${emulates ? 'Client' : 'Server'}.Version}}' ] && echo 1.2.3; exit;; esac
for word in "$@"; do printf '%s\\0' "$word"; done > '${place.folder}'/call.$$
mv '${place.folder}'/call.$$ '${calls}'/$$
case "$1 $2" in
'run '*) ${more.run ?? 'true'};;
'network inspect') echo '[ { "subnets": [ { "subnet": "10.255.255.0/24", "gateway": "10.255.255.1" } ] } ]';;
'ps '*) [ ! -e '${place.folder}/running' ] || cat '${place.folder}/running';;
'image inspect') [ -e '${calls}.here' ];;
'pull '*) printf '%s\\n' 'latest: Pulling from mine' '8c1f: Pull complete' 'Status: Downloaded'; : > '${calls}.here';;
'buildx version') ${more.buildx === true ? 'true' : 'false'};;
'build '* | 'buildx build') echo '#5 [1/2] FROM x'; echo '#6 [2/2] RUN true';;
esac
`,
    0o755,
  )
}

const calls = (): readonly (readonly string[])[] =>
  readdirSync(join(place.folder, 'calls')).map((name) =>
    readFileSync(join(place.folder, 'calls', name), 'utf8')
      .split('\0')
      .slice(0, -1),
  )

const lines = (first: string): readonly string[] =>
  calls()
    .map((words) => words.join(' '))
    .filter((line) => line.startsWith(`${first} `))
    .sort()

/** The words of `run` up to the image, without the names of variables. */
const runWords = (): readonly string[] =>
  lines('run').map((line) => line.replaceAll(/ --env \S+/g, '').replace(/ mine:1.*/s, ' mine:1'))

const folders = (job: string, host: string): string => {
  const root = join(place.root, 'jobs', job, 'machines', host)
  return ['/opt/ml/input', '/opt/ml/model', '/opt/ml/output', '/state'].map((path) => `--volume ${root}${path}:${path}`).join(' ')
}

test('docker runs each machine with the words of its command line, on a network of the job, and removes that by words which its older versions take', async () => {
  docker('Docker version 28.0.0, build x')
  writeFileSync(join(place.folder, 'calls.here'), '')
  await place.project('ex').task('t').shell('true').image('mine:1').instances('local_gpu', 2).run()
  const [job = ''] = place.jobs('t')
  const network = `ssm-${job}`
  const machine = (host: string): string =>
    `run --rm --pull=never --name ${job}-${host} --hostname ${host} --label simple-sagemaker.machine=${place.root}/jobs/${job}/machines/${host} ` +
    `--network ${network} --network-alias ${host} --shm-size=1g --security-opt=label=disable --gpus all ${folders(job, host)} --entrypoint /bin/sh mine:1`
  expect(runWords()).toEqual([machine('algo-1'), machine('algo-2')])
  // The watcher of a machine may ask for the same.
  expect([...new Set(lines('network'))]).toEqual([
    `network create --label simple-sagemaker.job ${network}`,
    `network rm ${network}`,
  ])
  expect([...new Set(lines('rm'))]).toEqual(['algo-1', 'algo-2'].map((host) => `rm --force --volumes ${job}-${host}`))
})

test('a container that may still wait for the name of another one is told when that one has ended well', async () => {
  // The name of a container is the job's with the machine's; its folders are among its words.
  const waits = `case "$*" in *' --hostname algo-2 '*) exit 0;; esac
for word in "$@"; do case "$word" in *:/opt/ml/output) told="\${word%%:*}/.ssm-ended.algo-2";; esac; done
until [ -e "$told" ]; do sleep 0.02; done`
  docker('Docker version 28.0.0, build x', { run: waits })
  writeFileSync(join(place.folder, 'calls.here'), '')
  await place.project('ex').task('t').shell('true').image('mine:1').instances('local_gpu', 2).maxRun('1 minute').run()
})

test('machines of podman have fixed addresses and all names, and are told when one of the others runs', async () => {
  // Each notes what it waits for when it begins, and goes on when that is gone; the second one begins to run when the first one waits.
  const waits = `for word in "$@"; do case "$word" in *:/opt/ml/output) output="\${word%%:*}";; *-algo-?) name=$word;; esac; done
case $name in *-algo-1) first=$output awaited=.ssm-awaited.algo-2;; *) first=\${output%/algo-2/*}/algo-1/opt/ml/output awaited=.ssm-awaited.algo-1;; esac
[ -e "$output/$awaited" ] || exit 9
case $name in *-algo-2) until [ -e "$first/waits" ]; do sleep 0.02; done;; esac
: > "$output/waits"
echo "$name" >> '${place.folder}/running'
until [ ! -e "$output/$awaited" ]; do sleep 0.02; done`
  docker('podman version 4.3.1', { run: waits })
  writeFileSync(join(place.folder, 'calls.here'), '')
  await place
    .project('ex')
    .task('t')
    .shell('true')
    .image('mine:1')
    .container()
    .instances('ml.m5.large', 2)
    .maxRun('1 minute')
    .run()
  const [job = ''] = place.jobs('t')
  const names = '--add-host algo-1:10.255.255.2 --add-host algo-2:10.255.255.3'
  const [first = '', second = ''] = runWords()
  expect(first).toContain(` --network ssm-${job} --ip 10.255.255.2 ${names} --shm-size=1g `)
  expect(second).toContain(` --network ssm-${job} --ip 10.255.255.3 ${names} --shm-size=1g `)
  expect(lines('network')).toContain(`network create --disable-dns --label simple-sagemaker.job ssm-${job}`)
})

test('podman under the name of docker is told apart, and gets words of podman', async () => {
  docker('podman version 4.3.1')
  writeFileSync(join(place.folder, 'calls.here'), '')
  await place.project('ex').task('t').shell('true').image('mine:1').instances('local_gpu').networkIsolation().run()
  const [job = ''] = place.jobs('t')
  expect(runWords()).toEqual([
    `run --rm --pull=never --name ${job}-algo-1 --hostname algo-1 --label simple-sagemaker.machine=${place.root}/jobs/${job}/machines/algo-1 ` +
      `--network none --shm-size=1g --security-opt=label=disable --device nvidia.com/gpu=all ${folders(job, 'algo-1')} --entrypoint /bin/sh mine:1`,
  ])
  expect([...new Set(lines('rm'))]).toEqual([`rm --force --volumes --time 0 ${job}-algo-1`])
  expect(lines('network')).toEqual([])
})

const tun = String.raw`Error: /usr/bin/slirp4netns failed: "open(\"/dev/net/tun\"): Permission denied\nWARNING: x"`

test('a container that the engine does not start fails the job with the words of the engine and the next step', async () => {
  docker('podman version 4.3.1', { run: `printf '%s\\n' '${tun}' >&2; exit 126` })
  writeFileSync(join(place.folder, 'calls.here'), '')
  const failure = await place
    .project('ex')
    .task('t')
    .shell('true')
    .image('mine:1')
    .container()
    .instances('ml.m5.large', 2)
    .run()
    .catch((cause: unknown) => cause)
  expect(failure).toMatchObject({
    code: 'JOB_FAILED',
    reason: expect.stringMatching(
      /^ClientError: docker did not start algo-[12]: \S+slirp4netns failed: "open\(\\"\/dev\/net\/tun\\"\): Permission denied\. .*modprobe tun/,
    ) as string,
  })
  expect(lines('network').at(-1)).toMatch(/^network rm /)
  expect(await place.leftovers()).toEqual([])
})

test('a program that ends with a code of engines has failed by itself', async () => {
  docker('podman version 4.3.1', { run: 'echo "Error of mine"; exit 126' })
  writeFileSync(join(place.folder, 'calls.here'), '')
  await expect(place.project('ex').task('t').shell('true').image('mine:1').container().run()).rejects.toMatchObject({
    code: 'JOB_FAILED',
    reason: 'AlgorithmError: exit code: 126',
  })
})

const goneMeanwhile = 'Error: Waiting for container 3b4: container has already been removed'

test('a program that ended before podman could ask for its code has the code that its launcher left', async () => {
  const leave = 'for word in "$@"; do case "$word" in *:/opt/ml/output) echo 3 > "${word%%:*}/.ssm-ended";; esac; done'
  docker('podman version 4.3.1', { run: `${leave}; echo '${goneMeanwhile}' >&2; exit 127` })
  writeFileSync(join(place.folder, 'calls.here'), '')
  await expect(place.project('ex').task('t').shell('true').image('mine:1').container().run()).rejects.toMatchObject({
    code: 'JOB_FAILED',
    reason: 'AlgorithmError: exit code: 3',
  })
})

test('a program that the runtime could not execute fails its job with the words of that, whatever podman says of its container', async () => {
  docker('podman version 4.3.1', {
    run: `printf '%s\\n' 'exec /bin/sh: no such file or directory' '${goneMeanwhile}' >&2; exit 127`,
  })
  writeFileSync(join(place.folder, 'calls.here'), '')
  await expect(place.project('ex').task('t').shell('true').image('mine:1').container().run()).rejects.toMatchObject({
    code: 'JOB_FAILED',
    reason: expect.stringMatching(
      /^ClientError: docker did not start algo-1: exec \/bin\/sh: no such file or directory\. /,
    ) as string,
  })
})

const need = (image: object) =>
  ({ image, kind: 'training', instanceType: 'local', project: 'ex', prefix: '', container: true }) as Parameters<
    ReturnType<typeof localImages>['resolve']
  >[0] // whatever image is asked for

test('docker fetches an image for the processors of SageMaker, and every line of it is told', async () => {
  docker('Docker version 28.0.0, build x')
  const told: ImageProgress[] = []
  const image = need({ kind: 'uri', uri: 'mine:1' })
  await localImages({}).resolve(image, { onProgress: (progress) => told.push(progress) })
  expect(lines('pull')).toEqual(['pull --platform linux/amd64 mine:1'])
  expect(told.map(({ by, step, line }) => [by, step, line])).toEqual([
    ['docker', 'pull', 'fetching mine:1'],
    ['docker', 'pull', 'latest: Pulling from mine'],
    ['docker', 'pull', '8c1f: Pull complete'],
    ['docker', 'pull', 'Status: Downloaded'],
    ['docker', 'ready', 'mine:1 is on this computer'],
  ])
})

test.for([true, false])('docker builds one manifest, with buildx or without it: %s', async (buildx) => {
  docker('Docker version 28.0.0, build x', { buildx })
  const name = await localImages({}).resolve(need({ kind: 'dockerfile', source: 'FROM x\nRUN true' }))
  const words = buildx ? 'buildx build --provenance=false --load --progress plain' : 'build'
  const [line = ''] = lines(words)
  expect(line).toMatch(/ --file (\S+)\/Dockerfile \1$/)
  expect(line.replace(/ --file .*/, '')).toBe(`${words} --platform linux/amd64 --tag ${name}`)
})
