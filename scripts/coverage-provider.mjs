// The coverage of vitest, and with it what the programs did that the tests started: the supervisors of local jobs, the threads that
// read files, and the `ssm` command. Node writes what such a process executed when it ends (NODE_V8_COVERAGE); the maps of the bundles
// lead back to the sources. `npm run coverage` sets SSM_COVERAGE to the folder for it.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import v8 from '@vitest/coverage-v8'
import { root } from './support.mjs'

const sources = join(root, 'packages/core/src/')

// The versions that vitest itself converts with.
const { mergeProcessCovs } = createRequire(createRequire(import.meta.url).resolve('@vitest/coverage-v8'))('@bcoe/v8-coverage')

export default {
  ...v8,
  async getProvider() {
    const provider = await v8.getProvider()
    const ofTests = provider.generateCoverage.bind(provider)
    provider.generateCoverage = async (context) => {
      const coverage = await ofTests(context)
      for (const { url, functions } of scriptsOf(process.env['SSM_COVERAGE'])) {
        const path = fileURLToPath(url)
        const source = { code: readFileSync(path, 'utf8'), map: mapOf(path) }
        const ofPrograms = await provider.remapCoverage(url, 0, source, functions)
        for (const file of Object.values(ofPrograms))
          if (coverage.data[file.path] !== undefined) add(coverage.data[file.path].data, file)
      }
      return coverage
    }
    return provider
  },
}

// Only bundles that core is in: the others are files of the tests, or what core uses.
const bundles = new Map()
function isBundle(url) {
  if (!/^file:.*\/packages\/(core|cli)\/dist\//.test(url)) return false
  if (!bundles.has(url)) bundles.set(url, holdsCore(fileURLToPath(url)))
  return bundles.get(url)
}

const holdsCore = (path) =>
  existsSync(`${path}.map`) && mapOf(path).sources.some((source) => resolve(dirname(path), source).startsWith(sources))

const mapOf = (path) => JSON.parse(readFileSync(`${path}.map`, 'utf8'))

function scriptsOf(folder) {
  let merged = { result: [] }
  for (const name of readdirSync(folder)) {
    const { result } = JSON.parse(readFileSync(join(folder, name), 'utf8'))
    const own = result.filter(({ url }) => isBundle(url))
    if (own.length > 0) merged = mergeProcessCovs([merged, { result: own }])
  }
  return merged.result
}

// A bundler and vitest see the same statement end at different columns, but begin at the same one.
const placeOf = ({ start }) => `${start?.line}:${start?.column}`

/** Adds the counts of one conversion of a file to those of another. */
function add(to, from) {
  for (const [map, counts, located] of [
    ['statementMap', 's', (loc) => loc],
    ['fnMap', 'f', ({ loc }) => loc],
  ]) {
    const seen = new Map()
    for (const [key, entry] of Object.entries(from[map])) {
      const place = placeOf(located(entry))
      seen.set(place, Math.max(seen.get(place) ?? 0, from[counts][key]))
    }
    for (const [key, entry] of Object.entries(to[map])) to[counts][key] += seen.get(placeOf(located(entry))) ?? 0
  }
  const ways = new Map()
  for (const [key, { type, locations }] of branchesIn(from))
    for (const [index, location] of locations.entries()) {
      const place = wayOf(type, index, locations, location)
      ways.set(place, Math.max(ways.get(place) ?? 0, from.b[key][index] ?? 0))
    }
  const chained = afterElse(to, from)
  for (const [key, { type, locations }] of branchesIn(to))
    for (const [index, location] of locations.entries())
      to.b[key][index] += ways.get(wayOf(type, index, locations, location)) ?? chained.get(key)?.[index] ?? 0
}

const branchesIn = (file) => Object.entries(file.branchMap)

// An `if` is known by where it begins. Where its other way lies is told in several ways, and it has no more than these two.
const wayOf = (type, index, locations, location) =>
  type === 'if' ? `if ${index} ${placeOf(locations[0])}` : `${type} ${index} ${placeOf(locations[0])} ${placeOf(location)}`

/**
 * The counts of each `if` that stands behind an `else`: the maps of a bundle say that it begins where the last way before the `else` ends. So it is the
 * first `if` of the source after that, if nothing else is known of it. By the keys of `to`.
 */
function afterElse(to, from) {
  const ifsOf = (file) => branchesIn(file).filter(([, { type }]) => type === 'if')
  const begin = ([, { locations }]) => locations[0].start
  const inOrder = (one, other) => begin(one).line - begin(other).line || begin(one).column - begin(other).column
  const own = ifsOf(to).toSorted(inOrder)
  const places = new Set(own.map((one) => placeOf(one[1].locations[0])))
  const others = ifsOf(from)
  const known = new Set(others.map((one) => placeOf(one[1].locations[0])))
  const found = new Map()
  for (const other of others) {
    const { line, column } = begin(other)
    if (places.has(placeOf(other[1].locations[0]))) continue
    const next = own.find((one) => begin(one).line > line || (begin(one).line === line && begin(one).column > column))
    if (next === undefined || known.has(placeOf(next[1].locations[0])) || begin(next).line > line + 1) continue
    const [key] = next
    const before = found.get(key) ?? [0, 0]
    found.set(
      key,
      before.map((count, index) => Math.max(count, from.b[other[0]][index] ?? 0)),
    )
  }
  return found
}
