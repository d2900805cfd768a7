import { expect, test } from 'vitest'
import { processorOf } from '../aws/images/catalog/machine.ts'
import { isAccelerated, knownInstanceTypes } from './instance-types.ts'

/** The letters before the generation: `c`, `gr`, `trn`, … */
const seriesOf = (type: string): string => /^ml\.([a-z]+)/.exec(type)?.[1] ?? ''

test('every series of the catalogue is known to have accelerators, or to have none', () => {
  const series = (accelerated: boolean): readonly string[] =>
    [...new Set(knownInstanceTypes.filter((type) => isAccelerated(type) === accelerated).map(seriesOf))].toSorted()
  // A series that a newer catalogue brings stands here once somebody has looked at what it is.
  expect(series(true)).toEqual(['g', 'p', 'trn'])
  expect(series(false)).toEqual(['c', 'm', 'r', 't'])
})

test.each([
  'ml.gr6.4xlarge',
  'ml.gr6f.4xlarge',
  'ml.g6f.large',
  'ml.g7e.48xlarge',
  'ml.p6-b300.48xlarge',
  'ml.p6e-gb200.36xlarge',
  'ml.p7.48xlarge',
  'ml.trn3.48xlarge',
  'ml.inf2.xlarge',
])('%s has accelerators, though this release may not list it', (type) => expect(isAccelerated(type)).toBe(true))

test('images and warnings agree on which machines have accelerators', () => {
  for (const type of [...knownInstanceTypes, 'ml.gr6.4xlarge', 'ml.inf2.xlarge', 'ml.x2iedn.xlarge'])
    expect([type, processorOf(type) !== 'cpu']).toEqual([type, isAccelerated(type)])
})
