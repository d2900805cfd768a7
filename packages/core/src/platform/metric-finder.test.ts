import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isHarmless, metricFinder } from './metric-finder.ts'

test('no expression can make a line take long', { timeout: 20_000 }, async () => {
  const hostile = ['(x+x+)+y([0-9])', '(?:(x|x)*)*y([0-9])', '(x*x*x*x*x*x*)y', '([x]+)y', '^(x+)+$y(1)', '(.*)(.*)(.*)(.*)y']
  for (const source of hostile) {
    const { find } = await metricFinder({ m: source })
    for (const length of [51, 1024, 20_000]) {
      const beforeMs = performance.now()
      find('x'.repeat(length))
      expect(performance.now() - beforeMs).toBeLessThan(2_000)
    }
  }
})

test('every match counts, the first group is read, and what is no number is none', async () => {
  const { find } = await metricFinder({ loss: 'loss=([-0-9.e]+)', acc: 'acc: (.*)' })
  expect(find('loss=1 loss=-2.5e-1 acc: 0.5')).toEqual([
    { metric: 'loss', value: 1 },
    { metric: 'loss', value: -0.25 },
    { metric: 'acc', value: 0.5 },
  ])
  expect(find('loss=- acc: bad')).toEqual([])
})

test('the spelling of Python is read, and what has no bound is named', async () => {
  const { find, unreadable } = await metricFinder({
    named: 'v=(?P<v>[0-9]+)',
    any: '(?i)LOSS=([0-9]+)',
    dots: '(?s)a.(\\d)',
    ahead: 'x(?=y)(1)',
    back: '(a)\\1',
    open: 'x=([0-9]+',
  })
  expect(find('v=1 loss=2 a\r3').map(({ metric }) => metric)).toEqual(['named', 'any', 'dots'])
  expect(unreadable).toEqual(['ahead', 'back', 'open'])
})

test('which engine reads a line cannot be seen', async () => {
  const piece = fc.constantFrom('l', 'o', '=', ' ', '1', '.', '-', '[0-9.]', '\\d', '\\w', '\\[', '[a-z ]')
  const source = fc.tuple(fc.array(piece), fc.array(piece, { minLength: 1 }), fc.constantFrom('', '+', '*'), fc.array(piece))
  await fc.assert(
    fc.asyncProperty(
      source,
      fc.string({ unit: fc.constantFrom('l', 'o', '=', ' ', '1', '.', '-', '[', 'z') }),
      async (parts, text) => {
        const [before, group, times, after] = parts
        const expression = `${before.join('')}(${group.join('')}${times})${after.join('')}`
        const { find } = await metricFinder({ m: expression })
        // The longer line is read by the other engine.
        const padded = `${text}${'\n'.repeat(1_200)}`
        expect(find(text)).toEqual(find(padded))
      },
    ),
  )
})

test('an expression with few ways to match is known as harmless', () => {
  for (const source of ['loss=([0-9.]+)', 'acc: ([\\d.]+);', '\\[(\\d)\\] x', 'v=(\\w*)']) expect(isHarmless(source)).toBe(true)
  for (const source of ['(x+x+)+y', '(a|b)', '(a+)+', '(a?)', '(.+)', '(a)+', 'a+(b+)', '(\\s+)', '(a){3}', '(?i)(a)', '^(a)'])
    expect(isHarmless(source)).toBe(false)
})
