import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { local } from '@simple-sagemaker/core/local'
import { unsupported } from '../../packages/cli/bin/supported.cjs'

const here = process.platform

test('an old Node and Windows are refused in one sentence that says what to do', () => {
  expect(unsupported('20.19.0', 'linux')).toBeUndefined()
  expect(unsupported('24.1.0', 'darwin')).toBeUndefined()
  expect(unsupported('20.18.3', 'linux')).toMatch(/needs Node 20\.19 or newer; this is Node 20\.18\.3/)
  expect(unsupported('18.20.8', 'linux')).toMatch(/needs Node 20\.19/)
  expect(unsupported('22.0.0', 'win32')).toMatch(/WSL 2/)
})

test('the command says it instead of a stack', async () => {
  const script = fileURLToPath(new URL('../../packages/cli/bin/ssm.cjs', import.meta.url))
  const pretend = `Object.defineProperty(process, 'platform', { value: 'win32' })`
  const old = `data:text/javascript,${encodeURIComponent(pretend)}`
  const failed = (await promisify(execFile)(process.execPath, ['--import', old, script, 'ps']).catch(
    (cause: unknown) => cause,
  )) as {
    readonly code: number
    readonly stderr: string
  }
  expect(failed.code).toBe(2)
  expect(failed.stderr).toMatch(/^error: ssm runs on Linux and macOS\..*\n$/)
})

test('a local platform on Windows is refused before anything is written', () => {
  onTestFinished(() => void Object.defineProperty(process, 'platform', { value: here }))
  Object.defineProperty(process, 'platform', { value: 'win32' })
  expect(() => local()).toThrow(expect.objectContaining({ code: 'PLATFORM_UNSUPPORTED' }))
})
