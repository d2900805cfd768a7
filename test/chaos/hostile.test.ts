import { spawn } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { isSsmError, project } from '@simple-sagemaker/core'
import { local } from '@simple-sagemaker/core/local'
import fc from 'fast-check'
import { pack, type Header } from 'tar-stream'
import { beforeAll, expect, test } from 'vitest'
import { extractArchive } from '../../packages/core/src/archive/untar.ts'
import { projectConfig } from '../../packages/cli/src/settings/config-file.ts'
import { setup } from '../../scripts/setup.mjs'
import { testContext } from '../cli/support/context.ts'
import { everythingIn } from '../support/leftovers.ts'
import { sandbox, repository } from '../system/sandbox.ts'
import { report } from './figures.ts'

beforeAll(setup, 180_000)

const timeout = 600_000
const seed = Number(process.env['SSM_CHAOS_SEED'] ?? 20_261_126)

/** A folder with something in it that nobody may touch, and one that is written to. */
function guarded(): { readonly folder: string; readonly target: string; changed(): boolean } & Disposable {
  const folder = mkdtempSync(join(tmpdir(), 'ssm-hostile-'))
  mkdirSync(join(folder, 'outside/deep'), { recursive: true })
  writeFileSync(join(folder, 'outside/deep/mine'), 'mine')
  const target = join(folder, 'target')
  const picture = (): string =>
    everythingIn(folder)
      .filter((path) => !path.startsWith('target'))
      .map((path) => (path.endsWith('/') ? path : `${path}=${readFileSync(join(folder, path), 'latin1')}`))
      .join('\n')
  const before = picture()
  return {
    folder,
    target,
    changed: () => picture() !== before,
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** Whether a failure is one of ours, with a code and a sentence. */
const isOurs = (cause: unknown): boolean => isSsmError(cause) && cause.message.length > 0

const hostileName = fc.oneof(
  fc.constantFrom(
    '../outside/evil', '/etc/evil', 'a/../../outside/evil', 'link/evil', 'link', 'a//b', './a', 'a/.', '..', '.', '', 'C:evil', '..\\evil',
    'a\0b', 'CON', 'nul.txt', 'x'.repeat(300), `${'d/'.repeat(200)}x`, 'evil\u202egpj', 'A', 'a', 'café', 'cafe\u0301', '.ssm-download', '%2e%2e/x',
  ), // prettier-ignore
  fc.string({ maxLength: 30 }),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc
    .array(fc.constantFrom('..', '.', 'outside', 'target', 'a', 'link', ''), { minLength: 1, maxLength: 5 })
    .map((parts) => parts.join('/')),
)

const entry: fc.Arbitrary<Pick<Header, 'name' | 'type' | 'linkname' | 'mode'>> = fc.record({
  name: hostileName,
  type: fc.constantFrom('file', 'directory', 'symlink', 'link', 'fifo', 'character-device', 'block-device', 'contiguous-file'),
  linkname: fc.constantFrom('..', '../outside', '/etc', 'a', 'link', '../outside/deep/mine', 'x'.repeat(200)),
  mode: fc.constantFrom(0o644, 0o4777, 0, 0o777),
})

async function archiveOf(
  entries: readonly Pick<Header, 'name' | 'type' | 'linkname' | 'mode'>[],
  cutAt: number,
): Promise<Buffer> {
  const archive = pack()
  for (const header of entries) {
    if (header.type === 'file' || header.type === 'contiguous-file') archive.entry(header, 'evil')
    else archive.entry(header)
  }
  archive.finalize()
  const chunks: Buffer[] = []
  for await (const chunk of archive) chunks.push(Buffer.from(chunk as Uint8Array))
  const bytes = gzipSync(Buffer.concat(chunks))
  return cutAt < 1 ? bytes.subarray(0, Math.ceil(bytes.length * cutAt)) : bytes
}

async function all(items: AsyncIterable<unknown>): Promise<void> {
  for await (const item of items) void item
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

test('archives made by an attacker, one after the other into one folder, never write outside of it', { timeout }, async () => {
  let inputs = 0
  const details: string[] = []
  let [escaped, orphaned, stuck] = [0, 0, 0]
  const trial = fc.array(fc.tuple(fc.array(entry, { maxLength: 4 }), fc.constantFrom(1, 1, 1, 0.5)), {
    minLength: 1,
    maxLength: 3,
  })
  for (const archives of fc.sample(trial, { numRuns: 160, seed })) {
    using place = guarded()
    for (const [entries, cutAt] of archives) {
      inputs += 1
      const bytes = await archiveOf(entries, cutAt).catch(() => undefined)
      if (bytes === undefined) continue
      await extractArchive(once(bytes), place.target).catch((cause: unknown) => {
        if (isOurs(cause)) return
        stuck += 1
        details.push(`not told in our words: ${String(cause)} ${JSON.stringify(entries)}`)
      })
    }
    if (place.changed()) {
      escaped += 1
      details.push(`escaped: ${JSON.stringify(archives)}`)
    }
    if (existsSync(place.target) && readdirSync(place.target).some((name) => name.startsWith('.ssm-unpack'))) orphaned += 1
  }
  report('hostile archives', { hostileInputs: inputs, lost: 0, escaped, orphaned, stuck }, details)
})

test('keys made by an attacker never write outside of the store or of a download', { timeout }, async () => {
  const details: string[] = []
  let [escaped, orphaned, stuck] = [0, 0, 0]
  const keys = fc.sample(hostileName, { numRuns: 250, seed })
  for (const key of keys) {
    using place = guarded()
    mkdirSync(place.target)
    await using platform = local({ root: place.target })
    const told = (cause: unknown): void => {
      if (isOurs(cause)) return
      stuck += 1
      details.push(`${JSON.stringify(key)}: ${String(cause)}`)
    }
    const uri = `s3://ssm-local/p/t/state/${key}` as Parameters<typeof platform.objects.remove>[0][number]
    await platform.objects.write(uri, { kind: 'bytes', bytes: new Uint8Array([1]) }).catch(told)
    await project('p', { platform }).data('t').download(join(place.target, 'got')).catch(told)
    await platform.objects.remove([uri]).catch(told)
    if (place.changed()) {
      escaped += 1
      details.push(`escaped: ${JSON.stringify(key)}`)
    }
    const left = everythingIn(place.target).filter((path) => /(^|\/)\.ssm-(download|unpack)|^tmp\/./.test(path))
    orphaned += left.length
    details.push(...left)
  }
  report('hostile keys', { hostileInputs: keys.length, lost: 0, escaped, orphaned, stuck }, details)
})

test('names made by an attacker are refused in words, or harmless', { timeout }, async () => {
  const details: string[] = []
  let [escaped, stuck] = [0, 0]
  const names = fc.sample(
    fc.oneof(hostileName, fc.constantFrom('__proto__', 'constructor', 'toString', '-x', '$(id)', '`id`', 'a;b')),
    {
      numRuns: 150,
      seed,
    },
  )
  for (const name of names) {
    using place = guarded()
    mkdirSync(place.target)
    await using platform = local({ root: place.target })
    try {
      const channels = project(name === '' ? 'p' : 'p', { platform })
        .task(name)
        .shell('true')
      await channels.input
        .s3('s3://ssm-local/x', { channel: name })
        .tag(name, name)
        .env({ [name]: name })
        .plan()
      await project(name, { platform }).task('t').shell('true').explain()
    } catch (cause) {
      if (!isOurs(cause)) {
        stuck += 1
        details.push(`${JSON.stringify(name)}: ${String(cause)}`)
      }
    }
    if (place.changed()) escaped += 1
  }
  report('hostile names', { hostileInputs: names.length, lost: 0, escaped, orphaned: 0, stuck }, details)
})

test('records that were damaged or forged are one failed job, named, and stop no command', { timeout }, async () => {
  await using place = sandbox()
  const ex = place.project('p')
  await ex.task('t').shell('echo x >"$SM_MODEL_DIR/x"').run()
  await ex.task('other').shell('true').run()
  const records = everythingIn(place.root).filter((path) =>
    /jobs\/t-[^/]+\/(state|request)\.json$|\/t\/.*(task|lease|input\.index)\.json$/.test(path),
  )
  expect(records.length).toBeGreaterThan(2)
  const kept = join(place.folder, 'kept')
  cpSync(place.root, kept, { recursive: true, verbatimSymlinks: true })
  const damage = fc.oneof(
    fc.constantFrom(
      '',
      '{',
      'null',
      '[]',
      '"x"',
      '{}',
      '{"status":7}',
      '\0\0\0',
      '1e999',
      '{"parts":null}',
      '{"__proto__":{"x":1}}',
      '['.repeat(5_000),
    ),
    fc.json({ maxDepth: 2 }),
    fc.nat(300).map((at) => ({ at })),
  )
  const trials = fc.sample(fc.tuple(fc.constantFrom(...records), damage), { numRuns: 200, seed })
  const details: string[] = []
  let [lost, stuck] = [0, 0]
  for (const [record, change] of trials) {
    rmSync(place.root, { recursive: true })
    cpSync(kept, place.root, { recursive: true, verbatimSymlinks: true })
    const path = join(place.root, record)
    const text = readFileSync(path, 'utf8')
    writeFileSync(path, typeof change === 'string' ? change : text.slice(0, change.at))
    const told = (cause: unknown): void => {
      if (isOurs(cause)) return
      stuck += 1
      details.push(
        `${record} = ${JSON.stringify(change).slice(0, 80)}: ${cause instanceof Error ? (cause.stack ?? '').slice(0, 400) : String(cause)}`,
      )
    }
    await all(ex.data('t').jobs()).catch(told)
    await ex.task('t').shell('echo x >"$SM_MODEL_DIR/x"').explain().catch(told)
    // The other task of the project is not touched by it.
    const other = await ex
      .task('other')
      .shell('true')
      .explain()
      .catch((cause: unknown) => cause)
    if (!(typeof other === 'object' && other !== null && 'decision' in other)) {
      lost += 1
      details.push(`${record}: the other task cannot be read: ${String(other)}`)
    }
  }
  report('damaged and forged records', { hostileInputs: trials.length, lost, escaped: 0, orphaned: 0, stuck }, details)
})

test('configuration files made by an attacker are refused in words', { timeout }, () => {
  using place = guarded()
  mkdirSync(place.target)
  const details: string[] = []
  const file = join(place.target, 'ssm.config.json')
  const texts = fc.sample(
    fc.oneof(
      fc.json({ maxDepth: 3 }),
      fc.constantFrom(
        '',
        '{',
        '\ufeff{}',
        '{"project":7}',
        '{"__proto__":{"project":"x"}}',
        '['.repeat(20_000),
        '{"defaults":{"env":"x"}}',
        '{"bucket":"a\u001b]52;c;QUJD\u0007"}',
      ),
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc
        .record({ project: fc.anything(), defaults: fc.anything() })
        .map((value) => JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? `${part}` : part)) ?? ''),
    ),
    { numRuns: 150, seed },
  )
  for (const text of texts) {
    writeFileSync(file, text)
    try {
      projectConfig(testContext({ cwd: place.target }))
    } catch (cause) {
      if (!isOurs(cause)) details.push(`${JSON.stringify(text).slice(0, 80)}: ${String(cause)}`)
    }
  }
  expect(Object.hasOwn(Object.prototype, 'project')).toBe(false)
  report(
    'hostile configuration',
    { hostileInputs: texts.length, lost: 0, escaped: Number(place.changed()), orphaned: 0, stuck: details.length },
    details,
  )
})

test('log lines, failure reasons and names made by an attacker reach a terminal as text alone', { timeout }, async () => {
  await using place = sandbox()
  const control = fc.constantFrom(
    '\u001b]52;c;QUJD\u0007',
    '\u001b[2J',
    '\u001bP1$r\u001b\\',
    '\u009b31m',
    '\u001b]0;title\u0007',
    '\b\b\b',
    '\u0000',
    '\u0085',
    '\u202e',
    '\u001b[6n',
    '\u001bc',
    '\r',
  )
  const line = fc
    .array(fc.oneof(control, fc.string({ maxLength: 8 })), { minLength: 1, maxLength: 6 })
    .map((parts) => parts.join(''))
  const lines = fc.sample(line, { numRuns: 200, seed }).map((text) => text.replaceAll('\n', ' '))
  place.file('data/lines', `${lines.join('\n')}\n`)
  const program = 'cat "$SM_CHANNEL_DATA/lines"; tail -c 900 "$SM_CHANNEL_DATA/lines" >"$SM_OUTPUT_DIR/failure"; exit 3'
  const command = [
    join(repository, 'node_modules/.bin/ssm'),
    'shell',
    '-p',
    'p',
    '-t',
    't',
    '-i',
    'data',
    '--platform',
    'local',
    '--cmd',
    program,
  ]
  const quoted = command.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ')
  const shown = await new Promise<string>((resolve, reject) => {
    const env = { ...process.env, SSM_LOCAL_DIR: place.root, TERM: 'xterm', CI: '', NO_COLOR: '' }
    const child = spawn('script', ['-qec', quoted, '/dev/null'], { cwd: place.folder, env, stdio: ['ignore', 'pipe', 'inherit'] })
    let text = ''
    child.stdout.setEncoding('utf8').on('data', (more: string) => (text += more))
    child.once('error', reject)
    child.once('close', () => resolve(text))
  })
  expect(shown).toMatch(/exit code:? 3/)
  // Ours are colours, moving up and clearing lines, hiding the cursor; nothing else may be there.
  const rest = shown.replace(/\u001b\[[0-9;]*[mAGJK]|\u001b\[\?25[lh]|\u001b\[\?2026[lh]/g, '')
  const found = rest.match(/[\u0000-\u0007\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/gu) ?? []
  const escapes = [...new Set(found)].map((text) => `U+${(text.codePointAt(0) ?? 0).toString(16)}`)
  report(
    'hostile log lines on a terminal',
    { hostileInputs: lines.length, lost: 0, escaped: escapes.length, orphaned: (await place.leftovers()).length, stuck: 0 },
    escapes,
  )
})
