import { beforeAll, expect, test } from 'vitest'
import { compile, type Compiled } from '../../support/compiler.ts'
import { mistakes, prelude } from './mistakes.ts'

const file = prelude + mistakes.map(([, code]) => `${code}\n`).join('')
const firstLine = prelude.split('\n').length - 1
let compiled: Compiled

beforeAll(() => {
  compiled = compile({ 'mistakes.ts': file })
  compiled.problems('mistakes.ts')
}, 180_000)

test.each(mistakes.map(([claim, code, message], index) => ({ claim, code, message, line: firstLine + index })))(
  'does not compile, and says why: $claim',
  ({ line, message }) => {
    const here = compiled.problems('mistakes.ts').filter((problem) => problem.line === line)
    expect(here).toHaveLength(1)
    expect(here[0]?.message.split('\n')[0]).toContain(message)
  },
)

test('nothing but the mistakes fails to compile', () => {
  const others = compiled.problems('mistakes.ts').filter(({ line }) => line < firstLine || line >= firstLine + mistakes.length)
  expect(others).toEqual([])
})
