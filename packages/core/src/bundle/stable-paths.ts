import { posix, relative, resolve, sep } from 'node:path'

/** How a path is written in a bundle, whatever it is on this machine. */
export type StablePaths = (path: string) => string

/**
 * The bundler writes the paths of modules into its output, as comments, keys and sources. Those of installed packages say
 * where the installer put them, even above the folder: they are cut to `node_modules/<package>/…`, so that the same program
 * gives the same bytes on every machine, and tells nothing about this one.
 * @param folder the folder that paths are relative to
 * @param toolkit the folder of our own worker toolkit, which may lie anywhere
 */
export function stablePaths(folder: string, inputs: readonly string[], toolkit: string): StablePaths {
  const stablePath = (path: string): string => {
    const inToolkit = relative(toolkit, resolve(folder, path)).split(sep).join('/')
    if (!inToolkit.startsWith('..')) return `node_modules/@simple-sagemaker/worker-toolkit/${inToolkit}`
    return path.replace(/^.*(?=node_modules\/)/s, '')
  }
  const known = new Map(inputs.map((path) => [path, stablePath(path)]))
  return (path) => known.get(path) ?? path
}

/** The bundle's text with its module comments and keys rewritten, line by line: no line moves, so the map still fits. */
export function stableText(text: string, stable: StablePaths): string {
  return text
    .split('\n')
    .map((line) => {
      if (line.startsWith('// ')) return `// ${stable(line.slice(3))}`
      return line.replace(moduleKey, (_whole, before: string, key: string) => `${before}${JSON.stringify(stable(unquoted(key)))}`)
    })
    .join('\n')
}

/** The key under which the bundler keeps a module that it wraps: `  "a/b.js"(exports, module) {`. */
const moduleKey = /^( {2}(?:async )?)("(?:[^"\\]|\\.)*")(?=\()/

function unquoted(text: string): string {
  const value: unknown = JSON.parse(text)
  return String(value)
}

/** The source map with the same paths for its sources. */
export function stableMap(text: string, folderOfMap: string, stable: StablePaths): string {
  const map: unknown = JSON.parse(text)
  if (typeof map !== 'object' || map === null || !('sources' in map) || !Array.isArray(map.sources)) return text
  const sources = map.sources.map((source: unknown) => {
    const fromFolder = posix.join(folderOfMap, String(source))
    const written = stable(fromFolder)
    return written === fromFolder ? String(source) : written
  })
  return JSON.stringify({ ...map, sources })
}
