import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))

const program = `import type { CreateProcessingJobCommandInput, CreateTrainingJobCommandInput } from '@aws-sdk/client-sagemaker'
import type { CreateProcessingJobRequest, CreateTrainingJobRequest } from './requests/platform/sagemaker-requests.js'
export const training = (request: CreateTrainingJobRequest): CreateTrainingJobCommandInput => request
export const processing = (request: CreateProcessingJobRequest): CreateProcessingJobCommandInput => request
`

// Our types of requests are printed from the pinned SDK: who has a newer one must still be able to pass them on.
test('the newest SDK takes the requests as our own types describe them', { timeout: 300_000 }, async ({ skip }) => {
  const folder = await mkdtemp(join(tmpdir(), 'ssm-sdk-newest-'))
  try {
    await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }))
    const install = ['install', '--no-audit', '--no-fund', '--ignore-scripts', '@aws-sdk/client-sagemaker@latest']
    const npm = await execa('npm', install, { cwd: folder, reject: false, all: true, timeout: 200_000 })
    if (npm.exitCode !== 0) return skip(`npm cannot install the newest SDK here: ${String(npm.all).split('\n')[0]}`)
    await symlink(join(root, 'packages/core/dist/types'), join(folder, 'requests'))
    await writeFile(join(folder, 'program.ts'), program)
    const options = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--target', 'es2022', '--pretty', 'false']
    const argv = [join(root, 'node_modules/typescript-7/bin/tsc'), ...options, '--preserveSymlinks', '--types', '', 'program.ts']
    const compiled = await execa(process.execPath, argv, { cwd: folder, reject: false, all: true, timeout: 90_000 })
    expect(compiled.all).toBe('')
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
