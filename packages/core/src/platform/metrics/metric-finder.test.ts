import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { isHarmless, metricFinder } from './metric-finder.ts'

function cpuMsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1_000
}

test('no expression can make a line take long', { timeout: 60_000 }, async () => {
  const hostile = ['(x+x+)+y([0-9])', '(?:(x|x)*)*y([0-9])', '(x*x*x*x*x*x*)y', '([x]+)y', '^(x+)+$y(1)', '(.*)(.*)(.*)(.*)y']
  for (const source of hostile) {
    const { find } = await metricFinder({ m: source })
    for (const length of [51, 1024, 20_000]) {
      const before = process.cpuUsage()
      find('x'.repeat(length))
      expect(cpuMsSince(before)).toBeLessThan(10_000)
    }
  }
})

test('an expression with a huge repetition is named and never searched with', async () => {
  const { find, tooLarge } = await metricFinder({
    huge: '(\\p{L}{900})',
    nested: '((\\p{L}{30}){30})',
    many: '(?:a|b|c|d){0,300}([0-9])',
  })
  expect(tooLarge).toEqual(['huge', 'nested', 'many'])
  const before = process.cpuUsage()
  for (let count = 0; count < 200; count += 1) expect(find('a'.repeat(60_000))).toEqual([])
  expect(cpuMsSince(before)).toBeLessThan(10_000)
})

test(
  'an expression that takes long for every line is given up after a few seconds, and the others are still found',
  { timeout: 60_000 },
  async () => {
    const givenUp: string[] = []
    const { find } = await metricFinder({ slow: '(\\p{L}{450})', loss: 'loss=([0-9.]+)' }, (metric) => givenUp.push(metric))
    const before = process.cpuUsage()
    for (let count = 0; count < 500; count += 1) find('aé'.repeat(30_000))
    expect(cpuMsSince(before)).toBeLessThan(30_000)
    expect(givenUp).toEqual(['slow'])
    expect(find('loss=1')).toEqual([{ metric: 'loss', value: 1 }])
  },
)

test('what is usual is never given up, however long the log', async () => {
  const givenUp: string[] = []
  const metrics = { loss: 'loss: ([+-]?\\d+(\\.\\d+)?([eE][+-]?\\d+)?)', any: 'acc.*?([0-9.]+)', plain: 'x=([0-9.]+)' }
  const { find } = await metricFinder(metrics, (metric) => givenUp.push(metric))
  for (let count = 0; count < 20_000; count += 1)
    find('epoch 12 loss: 0.25 acc is now 0.75 x=3 and some more text as it is usual')
  expect(givenUp).toEqual([])
})

test('a computer that has other things to do for nearly all of the time gives up nothing that is usual', async () => {
  const givenUp: string[] = []
  // A clock by which each search takes a hundred times as long as it keeps the processor.
  const now = performance.now.bind(performance)
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => 100 * now())
  try {
    const { find } = await metricFinder({ loss: 'loss: ([0-9]+(\\.[0-9]+)?)' }, (metric) => givenUp.push(metric))
    for (let count = 0; count < 20_000; count += 1) find('epoch 12 loss: 0.25 and some more text as it is usual')
  } finally {
    clock.mockRestore()
  }
  expect(givenUp).toEqual([])
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

test('the expression of the guides reads every number as JavaScript and Python print it', async () => {
  const { find } = await metricFinder({ loss: 'loss=([-+.0-9eE]+)' })
  const places = fc.integer({ min: 0, max: 20 })
  fc.assert(
    fc.property(
      fc.double({ min: -1e300, max: 1e300, noNaN: true }),
      places,
      fc.constantFrom('', ' ', ', ', '%'),
      (value, digits, after) => {
        // Python: 3e-05, 1e+16; "%E": 3.00E-05
        const spelled = [
          String(value),
          value.toExponential(digits),
          value.toExponential(digits).toUpperCase(),
          value.toFixed(digits),
        ]
        for (const text of spelled)
          expect(find(`epoch 3 loss=${text}${after}`)).toEqual([{ metric: 'loss', value: Number(text) }])
      },
    ),
  )
  expect(find('loss=3e-05, loss=+1.5')).toEqual([
    { metric: 'loss', value: 0.000_03 },
    { metric: 'loss', value: 1.5 },
  ])
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
  for (const source of ['loss=([0-9.]+)', 'loss=([-+.0-9eE]+)', 'acc: ([\\d.]+);', '\\[(\\d)\\] x', 'v=(\\w*)'])
    expect(isHarmless(source)).toBe(true)
  for (const source of ['(x+x+)+y', '(a|b)', '(a+)+', '(a?)', '(.+)', '(a)+', 'a+(b+)', '(\\s+)', '(a){3}', '(?i)(a)', '^(a)'])
    expect(isHarmless(source)).toBe(false)
})
