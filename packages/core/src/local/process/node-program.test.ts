import { dirname } from 'node:path'
import process from 'node:process'
import { expect, test } from 'vitest'
import { nodeProgram } from './node-program.ts'

const bun = { ...process.versions, bun: '1.4.5' }

test('a supervisor runs under the Node that runs this', () => {
  expect(nodeProgram(process)).toBe(process.execPath)
})

test('under another runtime a supervisor runs under the Node on the PATH', () => {
  const env = { PATH: `/nowhere::${dirname(process.execPath)}` }
  expect(nodeProgram({ execPath: '/opt/bun', versions: bun, env })).toBe(`${dirname(process.execPath)}/node`)
})

test('another runtime without Node says that Node is needed', () => {
  expect(() => nodeProgram({ execPath: '/opt/bun', versions: bun, env: { PATH: '/nowhere' } })).toThrow(
    expect.objectContaining({ code: 'PLATFORM_UNSUPPORTED', facts: { runtime: '/opt/bun' } }),
  )
})
