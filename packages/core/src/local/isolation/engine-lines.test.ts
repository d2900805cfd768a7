import fc from 'fast-check'
import { expect, test } from 'vitest'
import { withoutLateSignals } from './engine-lines.ts'

const late =
  'time="2026-11-27T13:00:00Z" level=error msg="forwarding signal 15 to container 3b4: container has already been removed"'

test('all output comes through in any pieces but the lines of an engine about signals that came too late', () => {
  const line = fc.constantFrom(
    '',
    'loss=1',
    'time="mine"',
    late,
    ` ${late}`,
    't',
    'é',
    'x'.repeat(2_000),
    `time="${'x'.repeat(2_000)}`,
  )
  fc.assert(
    fc.property(fc.array(line), fc.constantFrom('', '\n'), fc.array(fc.nat({ max: 9_000 })), (lines, last, cuts) => {
      const all = Buffer.from(lines.join('\n') + last)
      const got: Buffer[] = []
      const { take, end } = withoutLateSignals((bytes) => got.push(Buffer.from(bytes)))
      const at = [0, ...cuts.map((cut) => Math.min(cut, all.length)).sort((one, other) => one - other), all.length]
      for (const [index, from] of at.slice(0, -1).entries()) take(all.subarray(from, at[index + 1]))
      end()
      const wanted = (lines.join('\n') + last).match(/[^\n]*\n|[^\n]+$/g) ?? []
      expect(Buffer.concat(got).toString()).toBe(wanted.filter((each) => each.trimEnd() !== late).join(''))
    }),
  )
})

test('output that can be no line of an engine is passed on before its line ends', () => {
  const got: string[] = []
  const { take } = withoutLateSignals((bytes) => got.push(bytes.toString()))
  take(Buffer.from('50 %'))
  take(Buffer.from('\rtime="'))
  expect(got).toEqual(['50 %', '\rtime="'])
})
