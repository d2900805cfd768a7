// Makes the pictures of a report in the README anew, light and dark: node scripts/report-picture.mjs. It runs the demo on this computer and
// photographs the head of its report in Debian's Chromium. Look at the pictures before they are committed.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { pathToFileURL } from 'node:url'
import { setup } from './setup.mjs'
import { main, root, SetupError } from './support.mjs'

const { chromium } = createRequire(join(root, 'test/package.json'))('playwright-core')
const size = { width: 1100, height: 880 }
/** A README that everybody loads should not weigh more. */
const mostBytes = 150_000

await main(async () => {
  await setup()
  const folder = mkdtempSync(join(tmpdir(), 'ssm-report-picture-'))
  try {
    const env = { ...process.env, SSM_LOCAL_DIR: join(folder, 'store') }
    run([join(root, 'scripts/example.mjs'), '01-weather', '--out', join(folder, 'out')], env)
    const report = join(folder, 'report.html')
    run([join(root, 'packages/cli/bin/ssm.cjs'), 'report', '-p', 'weather', '--platform', 'local', '-o', report], env)
    const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })
    try {
      for (const colorScheme of ['light', 'dark']) {
        const page = await browser.newPage({ viewport: size, colorScheme })
        await page.goto(pathToFileURL(report).href)
        await page.waitForSelector('h1')
        const path = join(root, `docs/pictures/report-${colorScheme}.png`)
        await page.screenshot({ path })
        const { size: bytes } = statSync(path)
        if (bytes > mostBytes) throw new SetupError(`${path} has ${bytes} bytes: more than ${mostBytes}`)
        process.stdout.write(`${path}: ${bytes} bytes\n`)
      }
    } finally {
      await browser.close()
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

function run(args, env) {
  const done = spawnSync(process.execPath, args, { cwd: root, env, encoding: 'utf8' })
  if (done.status !== 0) throw new SetupError(`${args[0]} failed:\n${done.stdout}${done.stderr}`)
}
