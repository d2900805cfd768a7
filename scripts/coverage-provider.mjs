// The coverage of vitest, and with it what the programs did that the tests started: the supervisors of local jobs, the threads that
// read files, and the `ssm` command. Node writes what such a process executed when it ends (NODE_V8_COVERAGE); the maps of the bundles
// lead back to the sources. `npm run coverage` sets SSM_COVERAGE to the folder for it.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import v8 from '@vitest/coverage-v8'

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
        const source = { code: readFileSync(path, 'utf8'), map: JSON.parse(readFileSync(`${path}.map`, 'utf8')) }
        const ofPrograms = await provider.remapCoverage(url, 0, source, functions)
        for (const file of Object.values(ofPrograms))
          if (coverage.data[file.path] !== undefined) add(coverage.data[file.path].data, file)
      }
      return coverage
    }
    return provider
  },
}

// Only bundles: the others are files of the tests.
const isBundle = (url) => /^file:.*\/packages\/(core|cli)\/dist\//.test(url) && existsSync(`${fileURLToPath(url)}.map`)

function scriptsOf(folder) {
  let merged = { result: [] }
  for (const name of readdirSync(folder)) {
    const { result } = JSON.parse(readFileSync(join(folder, name), 'utf8'))
    const bundles = result.filter(({ url }) => isBundle(url))
    if (bundles.length > 0) merged = mergeProcessCovs([merged, { result: bundles }])
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
  for (const [key, { type, locations }] of Object.entries(from.branchMap))
    for (const [index, location] of locations.entries()) {
      const place = `${type} ${index} ${placeOf(locations[0])} ${placeOf(location)}`
      ways.set(place, Math.max(ways.get(place) ?? 0, from.b[key][index] ?? 0))
    }
  for (const [key, { type, locations }] of Object.entries(to.branchMap))
    for (const [index, location] of locations.entries())
      to.b[key][index] += ways.get(`${type} ${index} ${placeOf(locations[0])} ${placeOf(location)}`) ?? 0
}
