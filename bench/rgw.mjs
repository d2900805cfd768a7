// A real S3 server for benches and tests: Ceph's RADOS gateway with one monitor and one store in memory, without systemd, on
// loopback, in a folder of its own. Needs Linux, root, and Debian's ceph-mon, ceph-osd, radosgw, ceph-common and util-linux.
// Alone: node bench/rgw.mjs [--gib=N] [COMMAND…] starts one that holds N (2) GiB, runs the command (or waits for Ctrl-C) with AWS_ENDPOINT_URL and keys set,
// and ends it.
import { execFile, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { createServer as createListener } from 'node:net'
import { constants, freemem, hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { isMain, main, SetupError } from '../scripts/support.mjs'
import { isThere } from './measure.mjs'

const run = promisify(execFile)

/** The keys of the only user. */
export const rgwKeys = { accessKeyId: 'AKIATESTRGW', secretAccessKey: 'secret-of-a-test' }
export const rgwRegion = 'us-east-1'
/** The account our stand-in for STS tells: RGW has none and looks at no expected owner. */
export const rgwAccount = '123456789012'

const gibibyte = 1024 ** 3
const programs = ['ceph', 'ceph-authtool', 'ceph-mon', 'ceph-osd', 'monmaptool', 'radosgw', 'radosgw-admin', 'setpriv']

/** Why no RGW can be started here; `undefined` when one can. */
export async function noRgw() {
  if (process.platform !== 'linux') return 'Ceph RGW needs Linux'
  if (process.getuid() !== 0) return 'Ceph RGW is started as root here'
  const there = await Promise.all(programs.map((program) => isThere([program, '--version'])))
  const missing = programs.filter((_, index) => !there[index])
  if (missing.length === 0) return undefined
  return `${missing.join(', ')} not installed (Debian: apt-get install --no-install-recommends ceph-mon ceph-osd radosgw ceph-common)`
}

/**
 * Starts a fresh, empty server. Disposing it ends its programs and removes its folder; they end as well when this program is
 * killed. `storeBytes` is what it may hold: a write beyond it would hang and not fail, so there must be room for it.
 */
export async function startRgw({ storeBytes = 2 * gibibyte } = {}) {
  if (freemem() < storeBytes) throw new SetupError(`${Math.ceil(storeBytes / gibibyte)} GiB of free memory are needed for RGW.`)
  const folder = await mkdtemp(join(tmpdir(), 'ssm-rgw-'))
  const children = []
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
  const leave = (signal) => {
    for (const child of children) child.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
    process.kill(process.pid, signal)
  }
  for (const signal of signals) process.once(signal, leave)
  const stop = async () => {
    for (const signal of signals) process.off(signal, leave)
    for (const child of children) if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
    const alive = children.filter((child) => (child.exitCode ?? child.signalCode) === null)
    await Promise.all(alive.map((child) => once(child, 'exit')))
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  }
  // The kernel ends them with us, whatever ends us.
  const serve = (...argv) => {
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', ...argv, '-f'], { stdio: 'ignore' })
    children.push(child)
    return child
  }
  try {
    const [port, monPort] = await freePorts(2)
    await configure(folder, { port, monPort, storeBytes })
    const conf = ['-c', join(folder, 'ceph.conf')]
    const ceph = (...words) => run('ceph', [...conf, '--connect-timeout', '20', ...words])
    await makeMonitor(folder, conf, monPort)
    serve('ceph-mon', ...conf, '-i', 'a')
    const store = randomUUID()
    await ceph('osd', 'new', store, '0')
    await run('ceph-osd', [...conf, '-i', '0', '--mkfs', '--osd-uuid', store])
    await ceph('osd', 'crush', 'add', 'osd.0', '1', 'root=default', `host=${hostname().split('.')[0]}`)
    serve('ceph-osd', ...conf, '-i', '0')
    await until('the store', children, async () => /\b1 up\b/.test((await ceph('osd', 'stat')).stdout))
    serve('radosgw', ...conf, '-n', 'client.rgw')
    const url = `http://127.0.0.1:${port}`
    await until('the gateway', children, async () => (await fetch(url)).status < 500)
    const { accessKeyId, secretAccessKey } = rgwKeys
    const user = ['--uid=test', '--display-name=test', `--access-key=${accessKeyId}`, `--secret=${secretAccessKey}`]
    await run('radosgw-admin', [...conf, 'user', 'create', ...user])
    return { url, [Symbol.asyncDispose]: stop }
  } catch (cause) {
    const logs = await Promise.all(['mon.a', 'osd.0', 'client.rgw'].map((name) => lastWords(join(folder, 'log', `${name}.log`))))
    await stop()
    throw new Error(`RGW did not start.\n${logs.join('')}`, { cause })
  }
}

/** A stand-in for STS, which RGW has not: it tells one account. */
export async function startSts() {
  const server = createServer((request, response) => {
    request.resume()
    const result = `<Arn>arn:aws:iam::${rgwAccount}:user/test</Arn><UserId>test</UserId><Account>${rgwAccount}</Account>`
    response.setHeader('content-type', 'text/xml')
    response.end(
      '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">' +
        `<GetCallerIdentityResult>${result}</GetCallerIdentityResult></GetCallerIdentityResponse>`,
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** What AWS tools read from their environment to talk to it; nothing of the user's own. */
export const rgwEnvironment = (url) => ({
  AWS_ENDPOINT_URL: url,
  AWS_ACCESS_KEY_ID: rgwKeys.accessKeyId,
  AWS_SECRET_ACCESS_KEY: rgwKeys.secretAccessKey,
  AWS_REGION: rgwRegion,
  AWS_DEFAULT_REGION: rgwRegion,
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  AWS_EC2_METADATA_DISABLED: 'true',
  // This RGW verifies no CRC and knows no streamed ones.
  AWS_REQUEST_CHECKSUM_CALCULATION: 'WHEN_REQUIRED',
  AWS_RESPONSE_CHECKSUM_VALIDATION: 'WHEN_REQUIRED',
})

async function makeMonitor(folder, conf, monPort) {
  const [map, keyring] = [join(folder, 'monmap'), join(folder, 'keyring')]
  const fsid = /fsid = (.*)/.exec(await readFile(join(folder, 'ceph.conf'), 'utf8'))[1]
  await run('monmaptool', ['--create', '--fsid', fsid, '--addv', 'a', `[v2:127.0.0.1:${monPort}]`, map])
  const all = ['--cap', 'mon', 'allow *', '--cap', 'osd', 'allow *']
  await run('ceph-authtool', ['--create-keyring', keyring, '--gen-key', '-n', 'mon.', '--cap', 'mon', 'allow *'])
  await run('ceph-authtool', [keyring, '--gen-key', '-n', 'client.admin', ...all, '--cap', 'mgr', 'allow *'])
  await run('ceph-authtool', [keyring, '--gen-key', '-n', 'client.rgw', ...all])
  await run('ceph-authtool', [
    keyring,
    '--gen-key',
    '-n',
    'osd.0',
    '--cap',
    'mon',
    'allow profile osd',
    '--cap',
    'osd',
    'allow *',
  ])
  await run('ceph-mon', [...conf, '-i', 'a', '--mkfs', '--monmap', map, '--keyring', keyring])
}

async function configure(folder, { port, monPort, storeBytes }) {
  for (const name of ['mon', 'osd', 'rgw', 'log', 'run']) await mkdir(join(folder, name))
  const classes = `/usr/lib/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu/rados-classes`
  await writeFile(
    join(folder, 'ceph.conf'),
    `[global]
fsid = ${randomUUID()}
mon host = [v2:127.0.0.1:${monPort}]
mon initial members = a
public addr = 127.0.0.1
cluster addr = 127.0.0.1
auth cluster required = cephx
auth service required = cephx
auth client required = cephx
keyring = ${folder}/keyring
auth allow insecure global id reclaim = true
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pgp num = 1
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon allow pool size one = true
mon warn on pool no redundancy = false
mon max pg per osd = 2000
mon data avail crit = 1
mon data avail warn = 2
osd objectstore = memstore
memstore device bytes = ${storeBytes}
osd class dir = ${classes}
osd class load list = *
osd class default list = *
run dir = ${folder}/run
admin socket = ${folder}/run/$cluster-$name.asok
pid file = ${folder}/run/$name.pid
log file = ${folder}/log/$name.log
debug ms = 0
[mon]
mon data = ${folder}/mon
mon cluster log file = ${folder}/log/cluster.log
[osd]
osd data = ${folder}/osd
osd memory target = ${gibibyte}
[client.rgw]
rgw frontends = beast endpoint=127.0.0.1:${port}
rgw data = ${folder}/rgw
rgw dns name = localhost
rgw enable usage log = false
rgw gc max objs = 7
rgw_run_sync_thread = false
`,
  )
}

async function freePorts(count) {
  const listeners = Array.from({ length: count }, () => createListener().listen(0, '127.0.0.1'))
  await Promise.all(listeners.map((listener) => once(listener, 'listening')))
  const ports = listeners.map((listener) => listener.address().port)
  for (const listener of listeners) listener.close()
  return ports
}

async function until(what, children, holds) {
  const endMs = performance.now() + 60_000
  while (performance.now() < endMs) {
    if (await holds().catch(() => false)) return
    const ended = children.find(({ exitCode, signalCode }) => (exitCode ?? signalCode) !== null)
    if (ended !== undefined) throw new Error(`${ended.spawnargs[4]} ended with ${ended.exitCode ?? ended.signalCode}`)
    await sleep(200)
  }
  throw new Error(`${what} did not answer within a minute`)
}

const lastWords = (path) =>
  readFile(path, 'utf8').then(
    (text) => `${path}:\n${text.split('\n').slice(-8).join('\n')}\n`,
    () => '',
  )

if (isMain(import.meta.url)) {
  await main(async () => {
    const reason = await noRgw()
    if (reason !== undefined) throw new SetupError(reason)
    const words = process.argv.slice(2)
    const gib = /^--gib=(\d+)$/.exec(words[0] ?? '')?.[1]
    const [program, ...args] = gib === undefined ? words : words.slice(1)
    const rgw = await startRgw({ storeBytes: Number(gib ?? 2) * gibibyte })
    const sts = await startSts()
    try {
      const environment = { ...rgwEnvironment(rgw.url), AWS_ENDPOINT_URL_STS: sts.url }
      if (program === undefined) {
        for (const [name, value] of Object.entries(environment)) console.log(`export ${name}=${value}`)
        // Until a signal ends it all.
        await new Promise((resolve) => setInterval(resolve, 2 ** 31 - 1))
        return
      }
      const child = spawn(program, args, { stdio: 'inherit', env: { ...process.env, ...environment } })
      const [code, signal] = await once(child, 'exit')
      process.exitCode = code ?? 128 + constants.signals[signal]
    } finally {
      await sts[Symbol.asyncDispose]()
      await rgw[Symbol.asyncDispose]()
    }
  })
}
