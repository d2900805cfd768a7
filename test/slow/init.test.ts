import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pack } from '../../scripts/pack.mjs'
import { lacking } from '../support/prerequisites.ts'
import { newerNodes } from './consumers/consumer.ts'

// What `ssm init` makes, as a stranger uses it: an empty folder, the packed files, npm, and each Node that is supported.
let top: string
let tarballs: readonly { readonly name: string; readonly file: string }[]
const nodes: Record<string, string> = { '20': process.execPath }

beforeAll(async () => {
  top = mkdtempSync(join(tmpdir(), 'ssm-init-'))
  tarballs = await pack(join(top, 'packed'))
  mkdirSync(join(top, 'tool'))
  writeFileSync(join(top, 'tool/package.json'), '{"private":true}')
  // Those of the consumers' test: npm has them in its cache already, or keeps them for it.
  const newer = newerNodes.map(({ major, spec }) => `node-${major}@${spec}`)
  await npm('tool', 'install', ...tarballs.map(({ file }) => file), ...newer)
  for (const { major } of newerNodes) nodes[major] = join(top, 'tool/node_modules', `node-${major}`, 'bin/node')
}, 300_000)
afterAll(async () => rm(top, { recursive: true, force: true }), 60_000)

const npm = (folder: string, ...args: readonly string[]): ReturnType<typeof execa> =>
  execa('npm', [...args, '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'], { cwd: join(top, folder) })

describe.skipIf(lacking('python3')).each(['script', 'pipeline', 'service'])('the template %s', (template) => {
  const folder = (): string => join(top, `my-${template}`)

  beforeAll(async () => {
    await execa(join(top, 'tool/node_modules/.bin/ssm'), ['init', `my-${template}`, '--template', template], { cwd: top })
    const manifest = JSON.parse(readFileSync(join(folder(), 'package.json'), 'utf8')) as {
      dependencies: object
      devDependencies: object
    }
    // Not released yet: the same packages, from their files.
    const packed = Object.fromEntries(tarballs.map(({ name, file }) => [name, `file:${file}`]))
    const dependencies = { ...manifest.dependencies, ...packed }
    const devDependencies = Object.fromEntries(Object.entries(manifest.devDependencies).filter(([name]) => !(name in packed)))
    writeFileSync(join(folder(), 'package.json'), JSON.stringify({ ...manifest, dependencies, devDependencies }))
    await npm(`my-${template}`, 'install')
  }, 200_000)

  test('compiles as it is', { timeout: 60_000 }, async () => {
    await npm(`my-${template}`, 'run', 'check')
  })

  test.each(['20', '22', '24'])('runs on Node %s', { timeout: 90_000 }, async (major) => {
    const node = nodes[major] ?? ''
    expect((await execa(node, ['--version'])).stdout).toMatch(new RegExp(`^v${major}\\.`))
    const env = { SSM_LOCAL_DIR: join(top, `store-${template}-${major}`), PORT: '0' }
    const argv = ['--import', 'tsx', 'main.ts']
    if (template === 'service') return await answers(node, argv, env)
    const { stdout } = await execa(node, argv, { cwd: folder(), env })
    expect(stdout).toMatch(template === 'script' ? /start \{ total: 55 \}/ : /start \{ words: 19, longest: 'program' \}/)
  })

  async function answers(node: string, argv: readonly string[], env: Readonly<Record<string, string>>): Promise<void> {
    const running = execa(node, argv, { cwd: folder(), env, reject: false })
    try {
      const text = await new Promise<string>((resolve) => running.stdout.once('data', (data) => resolve(String(data))))
      const at = /http:\S+/.exec(text)?.[0] ?? ''
      const lines = (await (await fetch(at, { method: 'POST', body: 'row row row your boat' })).text()).trim().split('\n')
      expect(JSON.parse(lines.at(-1) ?? '')).toEqual({ metrics: { words: 5 } })
      expect(await (await fetch(at)).json()).toMatchObject([{ status: 'completed' }])
      expect((await fetch(at.replace('/runs/song', '/nowhere'))).status).toBe(404)
    } finally {
      running.kill('SIGTERM')
      await running
    }
  }
})
