import { existsSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { SsmError } from '../errors/ssm-error.ts'
import { readTextNow } from './read.ts'

const coreName = '@simple-sagemaker/core'
const toolkitName = '@simple-sagemaker/worker-toolkit'

// A bundle in CommonJS has no `import.meta`, and one made for a browser has a URL that is no file.
const ownUrl: string | undefined = import.meta.url
const ownFile = ownUrl?.startsWith('file:') === true ? fileURLToPath(ownUrl) : undefined

/** Whether this runs from the TypeScript sources, as the tests of this repository do. */
export const runsFromSource = ownFile?.endsWith('.ts') === true

let found: string | undefined

/**
 * The folder of this package on this computer. It holds programs that are started as processes or threads of their own, which
 * no bundler takes along, so a program that contains core in a bundle still needs the package in a `node_modules` above it.
 * @throws {SsmError} `PACKAGE_MISSING`.
 */
export function corePackage(): string {
  found ??= packageFolder(coreName, placesToLook())
  return found
}

/**
 * The folder of the worker toolkit, which core depends on.
 * @throws {SsmError} `PACKAGE_MISSING`.
 */
export function toolkitPackage(): string {
  return packageFolder(toolkitName, [corePackage()])
}

/** One of the programs that are built into the package: `supervisor`, `digest-thread`. */
export function builtProgram(name: 'digest-thread' | 'supervisor'): string {
  return join(corePackage(), 'dist', 'programs', `${name}.cjs`)
}

/** This file's folder, else that of the bundle that contains it, of the running program, or the working folder. */
function placesToLook(): readonly string[] {
  const program = process.argv[1]
  return [
    ...(ownFile === undefined ? [] : [dirname(ownFile)]),
    ...(typeof __dirname === 'string' ? [__dirname] : []),
    ...(program === undefined ? [] : [dirname(program)]),
    process.cwd(),
  ]
}

/**
 * The folder of a package that is or contains one of the places, or is installed for one. Looked up here and not by `require.resolve`, which
 * bundlers rewrite and test runners replace.
 * @throws {SsmError} `PACKAGE_MISSING`.
 */
export function packageFolder(name: string, places: readonly string[]): string {
  for (const place of places) {
    for (let folder = place; ; folder = dirname(folder)) {
      if (nameOf(folder) === name) return folder
      const installed = join(folder, 'node_modules', name)
      if (existsSync(join(installed, 'package.json'))) return realpathSync(installed)
      if (dirname(folder) === folder) break
    }
  }
  throw new SsmError('PACKAGE_MISSING', `The files of ${name} cannot be found: was it bundled into your program?`, {
    hint: 'Mark @simple-sagemaker/* external in your bundler and install it beside the bundle; see docs/guides/bundlers.md.',
    facts: { package: name, places },
  })
}

function nameOf(folder: string): unknown {
  const path = join(folder, 'package.json')
  if (!existsSync(path)) return undefined
  try {
    const manifest: unknown = JSON.parse(readTextNow(path))
    return typeof manifest === 'object' && manifest !== null && 'name' in manifest ? manifest.name : undefined
  } catch {
    // Somebody else's file, unreadable or no JSON: then it is not ours.
    return undefined
  }
}
