import { declaredExports } from './exports.ts'
import type { ProjectFile } from './files.ts'

/** The exported names that more than one file declares, each with its files. A name that is exported again from where it is declared has one. */
export function namesDeclaredTwice(
  files: readonly ProjectFile[],
): readonly (readonly [name: string, paths: readonly string[]])[] {
  const places = new Map<string, Set<string>>()
  for (const file of files)
    for (const { name } of declaredExports(file)) places.set(name, (places.get(name) ?? new Set()).add(file.path))
  return [...places].filter(([, paths]) => paths.size > 1).map(([name, paths]) => [name, [...paths].toSorted()])
}
