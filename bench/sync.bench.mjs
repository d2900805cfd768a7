import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createHash } from 'node:crypto'
import { linkSync, mkdirSync, writeFileSync } from 'node:fs'
import { appendFile, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { root, SetupError } from '../scripts/support.mjs'
import { builtFromSources } from './built.mjs'
import { isThere, timeProgram } from './measure.mjs'
import { noRgw, rgwEnvironment, startRgw, startSts } from './rgw.mjs'

// Beside aws-cli, rclone and s5cmd on one real server with the same files. Each is given what makes it fast (README.md). All of
// them are programs and so are we: starting is part of it. SSM_BENCH_SYNC=unchanged,small,large,small+20ms,large+20ms chooses,
// SSM_BENCH_ROUNDS=N repeats each on a fresh server, SSM_BENCH_TOOLS=s5cmd,rclone,aws-cli names those to stand beside.
const gibibyte = 1024 ** 3
const sizes = {
  small: { what: '10 000 × 4 KB', files: 10_000, bytes: 4_096, storeBytes: 2 * gibibyte },
  large: { what: '4 × 256 MB', files: 4, bytes: 256 * 1024 ** 2, storeBytes: 12 * gibibyte },
}
const acts = [
  { name: 'first upload', run: (tool, place) => tool.up(place.files, place) },
  { name: 'no change', run: (tool, place) => tool.up(place.files, place) },
  { name: '1 % changed', before: change, run: (tool, place) => tool.up(place.files, place) },
  { name: 'download', run: (tool, place) => tool.down(place.back, place), after: (place) => rm(place.back, { recursive: true }) },
]

/** How fast a folder is sent, compared and brought back, beside other tools; and an unchanged folder of 60 000 files. */
export async function bench({ folder }) {
  const rows = []
  const asked = (process.env.SSM_BENCH_SYNC ?? 'unchanged,small').split(',')
  if (asked.includes('unchanged')) rows.push(await unchanged(join(folder, 'many')))
  const settings = asked.filter((setting) => setting !== 'unchanged')
  const reason = settings.length === 0 ? undefined : await noRgw()
  if (reason !== undefined) return [...rows, { what: 'sync', beside: 'other tools on one server', skipped: reason }]
  for (const setting of settings) {
    const [name, late = '0ms'] = setting.split('+')
    if (sizes[name] === undefined) throw new SetupError(`SSM_BENCH_SYNC knows no '${setting}'`)
    for (let round = 0; round < Number(process.env.SSM_BENCH_ROUNDS ?? 1); round += 1) {
      process.stderr.write(`bench: sync ${setting} …\n`)
      gather(rows, await onServer({ size: sizes[name], lateMs: Number.parseInt(late), folder, round }))
    }
  }
  return rows
}

function gather(rows, found) {
  for (const row of found) {
    const known = rows.find(({ what, beside }) => what === row.what && beside === row.beside)
    if (known === undefined) rows.push(row)
    else for (const series of ['ours', 'bare']) known[series].push(...row[series])
  }
}

// A fresh server for each round: a store in memory only grows.
async function onServer({ size, lateMs, folder, round }) {
  const closing = []
  try {
    const rgw = await startRgw({ storeBytes: size.storeBytes })
    closing.push(rgw)
    const sts = await startSts()
    closing.push(sts)
    const away = lateMs === 0 ? rgw : await delayed(rgw.url, lateMs)
    if (away !== rgw) closing.push(away)
    const act = await builtFromSources(root, 'sync', 'bench/sync-act.mjs')
    const tools = await toolsFor(act, away.url, sts.url)
    const places = await placesFor(act, tools, size, folder, rgw.url)
    const rows = []
    for (const act of acts) rows.push(...(await compared(act, inTurn(tools, places, round), size, lateMs)))
    for (const { top } of places) await rm(top, { recursive: true })
    return rows
  } finally {
    for (const one of closing.reverse()) await one[Symbol.asyncDispose]()
  }
}

// A store in memory gets slower as it fills, so each round begins with another tool.
function inTurn(tools, places, round) {
  const pairs = tools.map((tool, index) => ({ tool, place: places[index] }))
  return pairs.map((_, index) => pairs[(index + round) % pairs.length])
}

/** Each tool in turn does the same to files of its own with the same content. */
async function compared(act, turns, { what, files }, lateMs) {
  const took = new Map()
  for (const { tool, place } of turns) {
    await act.before?.(place, files)
    took.set(tool.name, await act.run(tool, place))
    await act.after?.(place)
  }
  const name = `${act.name}, ${what}${lateMs === 0 ? '' : `, + ${lateMs} ms`}`
  const told = [...took].map(([tool, ms]) => `${tool} ${(ms / 1000).toFixed(1)} s`)
  process.stderr.write(`  ${name}: ${told.join(', ')}\n`)
  return [...took].flatMap(([beside, ms]) =>
    beside === 'ours' ? [] : [{ what: name, beside, ours: [took.get('ours')], bare: [ms] }],
  )
}

async function placesFor(act, tools, { files, bytes }, folder, url) {
  const places = []
  for (const { name } of tools) {
    const top = join(folder, name)
    const place = { top, files: join(top, 'files'), back: join(top, 'back'), cache: join(top, 'cache'), bucket: `bench-${name}` }
    await fill(place.files, files, bytes)
    // The first one's file is sent and fetched once before the clock runs: a fresh server is slow at first.
    const first = places.length === 0 ? join(place.files, nameOf(0)) : ''
    await timeProgram([process.execPath, act, 'prepare', first, `s3://${place.bucket}`], { env: environmentFor(url) })
    places.push(place)
  }
  // What was written just now goes to the disk before the clock runs.
  await timeProgram(['sync'])
  return places
}

/** Files whose content nobody can compress or guess, and everybody gets the same. */
async function fill(folder, files, bytes) {
  for (let number = 0; number < files; number += 1) {
    const path = join(folder, nameOf(number))
    if (number % 500 === 0) mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, contentOf(number, bytes))
  }
}

const nameOf = (number) => `${String(Math.floor(number / 500)).padStart(3, '0')}/${String(number).padStart(6, '0')}.bin`

function contentOf(number, bytes) {
  const block = createHash('shake256', { outputLength: Math.min(bytes, 1024 ** 2) })
    .update(String(number))
    .digest()
  return Buffer.alloc(bytes, block)
}

/** Every hundredth file, or the only one, grows by a byte. */
async function change({ files: folder }, files) {
  for (let number = 0; number < files; number += 100) await appendFile(join(folder, nameOf(number)), 'x')
}

const environmentFor = (url, stsUrl) => {
  const rclone = { TYPE: 's3', PROVIDER: 'Ceph', ENV_AUTH: 'true', ENDPOINT: url }
  return {
    ...rgwEnvironment(url),
    ...(stsUrl === undefined ? {} : { AWS_ENDPOINT_URL_STS: stsUrl }),
    ...Object.fromEntries(Object.entries(rclone).map(([name, value]) => [`RCLONE_CONFIG_R_${name}`, value])),
    // rclone 1.60 fails when it is set.
    AWS_CA_BUNDLE: undefined,
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  }
}

async function toolsFor(act, url, stsUrl) {
  const env = environmentFor(url, stsUrl)
  const run = (argv) => timeProgram(argv, { env })
  const s5cmd = process.env.S5CMD ?? 's5cmd'
  const s5 = (...words) => [s5cmd, '--endpoint-url', url, '--log', 'error', ...words]
  const wide = ['--transfers', '64', '--checkers', '64', '--checksum', '--fast-list', '--s3-no-check-bucket']
  const rclone = (...words) => ['rclone', '--config', '/dev/null', ...wide, ...words]
  const aws = (...words) => ['/usr/bin/aws', '--endpoint-url', url, 's3', 'sync', '--only-show-errors', ...words]
  const tools = [
    {
      name: 'ours',
      up: (files, { bucket, cache }) => run([process.execPath, act, 'up', files, `s3://${bucket}/p`, cache]),
      down: (back, { bucket, cache }) => run([process.execPath, act, 'down', back, `s3://${bucket}/p`, cache]),
    },
    {
      name: 's5cmd',
      needs: [s5cmd, 'version'],
      up: (files, { bucket }) => run(s5('sync', `${files}/`, `s3://${bucket}/p/`)),
      down: (back, { bucket }) => run(s5('cp', `s3://${bucket}/p/*`, `${back}/`)),
    },
    {
      name: 'rclone',
      needs: ['rclone', 'version'],
      up: (files, { bucket }) => run(rclone('sync', files, `R:${bucket}/p`)),
      down: (back, { bucket }) => run(rclone('sync', `R:${bucket}/p`, back)),
    },
    {
      name: 'aws-cli',
      needs: ['/usr/bin/aws', '--version'],
      up: (files, { bucket }) => run(aws(files, `s3://${bucket}/p`)),
      down: (back, { bucket }) => run(aws(`s3://${bucket}/p`, back)),
    },
  ]
  const there = await Promise.all(tools.map(({ needs }) => (needs === undefined ? Promise.resolve(true) : isThere(needs))))
  const others = process.env.SSM_BENCH_TOOLS?.split(',')
  return tools.filter(({ name, needs }, index) => there[index] && (needs === undefined || (others?.includes(name) ?? true)))
}

async function delayed(url, ms) {
  const argv = [join(import.meta.dirname, 'delay.mjs'), new URL(url).port, String(ms)]
  const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'] })
  const [port] = await once(child.stdout.setEncoding('utf8'), 'data')
  return {
    url: `http://127.0.0.1:${Number(port)}`,
    [Symbol.asyncDispose]: async () => {
      child.kill()
      await once(child, 'exit')
    },
  }
}

const manyFiles = 60_000

/** An unchanged folder on the local platform, in a program that runs already, beside the bare look at each of the files. */
async function unchanged(folder) {
  const text = [
    "export { local } from './local/index.ts'",
    "export { syncFolder } from './sync/folder.ts'",
    "export { filesBelow } from './files/walk.ts'",
  ]
  const built = await builtFromSources(root, 'unchanged', { text: text.join('\n') })
  const { local, syncFolder, filesBelow } = await import(pathToFileURL(built).href)
  const files = join(folder, 'files')
  await fill(files, manyFiles, 16)
  // Files that were touched within the last two seconds are not believed to be unchanged.
  await sleep(2_500)
  const platform = local({ root: join(folder, 'store') })
  try {
    const { objects } = platform
    const place = `s3://${await objects.bucket(undefined)}/p`
    await pretend(objects, join(folder, 'store', 's3', place.slice(5)), files, place)
    const settings = { source: files, target: `${place}/files/`, index: `${place}/index.json`, cacheDir: join(folder, 'cache') }
    const sync = async () => {
      const { kept } = await syncFolder({ ...settings, objects })
      if (kept !== manyFiles) throw new Error(`Only ${kept} files were kept`)
    }
    await sync()
    const series = { ours: [], bare: [] }
    for (let run = -1; run < 5; run += 1) {
      const times = [performance.now()]
      await filesBelow(files)
      times.push(performance.now())
      await sync()
      times.push(performance.now())
      if (run < 0) continue
      series.bare.push(times[1] - times[0])
      series.ours.push(times[2] - times[1])
    }
    return { what: 'unchanged sync of 60 000 files, local', beside: 'looking at them once', limitMs: 1_000, ...series }
  } finally {
    await platform[Symbol.asyncDispose]()
    await rm(folder, { recursive: true })
  }
}

/** What a first sync leaves, made in a tenth of its time: links to the files, and the index that goes with them. */
async function pretend(objects, storeFolder, files, place) {
  for (let number = 0; number < manyFiles; number += 1) {
    const path = join(storeFolder, 'files', nameOf(number))
    if (number % 500 === 0) mkdirSync(dirname(path), { recursive: true })
    linkSync(join(files, nameOf(number)), path)
  }
  const rows = []
  for await (const { uri, etag, sizeBytes } of objects.list(`${place}/files/`)) {
    const content = contentOf(rows.length, sizeBytes)
    rows.push([nameOf(rows.length), createHash('sha256').update(content).digest('hex'), etag, sizeBytes])
    if (!uri.endsWith(rows.at(-1)[0])) throw new Error('The listing is in another order')
  }
  const index = JSON.stringify({ v: 1, files: rows })
  await objects.write(`${place}/index.json`, { kind: 'bytes', bytes: Buffer.from(index) })
}
