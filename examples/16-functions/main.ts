/** Functions that run elsewhere: typed arguments, typed values, many items in one job. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { project } from '@simple-sagemaker/core'

const ex = project('functions', { platform: 'local' })
const primesIn = ex
  .task('primes')
  .function(() => import('./work/primes.ts'), 'primesIn')
  .instances('ml.m5.large', 2)
const summary = ex.task('summary').function(() => import('./work/primes.ts'), 'summary')

const ranges = Array.from({ length: 6 }, (_, index) => ({ from: index * 1000, to: (index + 1) * 1000 }))
const primes = await primesIn.map(ranges, { perMachine: 2 })
const found = await summary.call(primes.flat(), { round: true })

const out = join(import.meta.dirname, 'out/output')
mkdirSync(out, { recursive: true })
writeFileSync(join(out, 'summary.json'), `${JSON.stringify(found)}\n`)
console.log(`${found.count} primes below 6000; the longest stretch without one has ${found.longestGap} numbers.`)
