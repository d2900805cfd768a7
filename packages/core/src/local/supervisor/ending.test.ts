import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { paths } from '@simple-sagemaker/worker-toolkit/contract'
import { expect, test } from 'vitest'
import { temporaryDirectory } from '../../files/temporary.ts'
import { endingOf } from './ending.ts'
import { newHalt } from './halt.ts'

test.skipIf(process.platform === 'win32')(
  'a pipe or a folder where a program says why it failed is no reason, and is not waited for',
  async () => {
    await using scratch = await temporaryDirectory()
    const path = join(scratch.path, paths.failure)
    mkdirSync(dirname(path), { recursive: true })
    const reason = (): string | undefined =>
      endingOf([{ tree: { host: 'algo-1', root: scratch.path }, code: 3 }], newHalt()).reason
    writeFileSync(path, 'no data')
    expect(reason()).toBe('AlgorithmError: no data, exit code: 3 on algo-1')
    for (const make of [() => execFileSync('mkfifo', [path]), () => mkdirSync(path)]) {
      rmSync(path, { recursive: true })
      make()
      expect(reason()).toBe('AlgorithmError: exit code: 3')
    }
  },
)
