import { basename, dirname, join, resolve } from 'node:path'
import { readText } from '../../files/read.ts'
import { kindOf } from '../../files/stat.ts'
import type { TaskSpec } from '../../spec/task-spec.ts'

/** Modules of the user's own that a Python entry imports and that stay here: an entry goes alone unless its folder is named. */
export async function modulesLeft({ program }: TaskSpec): Promise<readonly string[]> {
  if (program.kind !== 'code' || program.sourceDir !== undefined || !program.entry.endsWith('.py')) return []
  const entry = resolve(program.entry)
  const sent = new Set([basename(entry), ...program.dependencies.map((path) => basename(resolve(path)))])
  // Only a hint: an entry that cannot be read is told by whoever sends it.
  const names = importedModules((await readText(entry).catch(() => undefined)) ?? '')
  // The toolkit comes with every job.
  const own = names.filter((name) => name !== 'worker_toolkit')
  const beside = await Promise.all(own.map((name) => fileOfModule(dirname(entry), name)))
  const left = beside.filter((file) => file !== undefined && !sent.has(file))
  if (left.length === 0) return []
  const lie = left.length === 1 ? 'which lies beside it and is not sent' : 'which lie beside it and are not sent'
  return [
    `${program.entry} imports ${left.join(', ')}, ${lie}: give its folder with sourceDir (-s), or name ${left.length === 1 ? 'it' : 'them'} in dependencies (-d)`,
  ]
}

/** The modules that the lines of a Python program import, without those inside packages: `a` for `import a.b`. */
export function importedModules(text: string): readonly string[] {
  const lines = text.matchAll(/^[ \t]*(?:import[ \t]+([\w., \t]+)|from[ \t]+([\w.]+)[ \t]+import\b)/gm)
  const paths = [...lines].flatMap(([, imported, from]) => imported?.split(',') ?? [from ?? ''])
  return [...new Set(paths.map((path) => /^\s*(\w+)/.exec(path)?.[1] ?? ''))].filter((name) => name !== '')
}

async function fileOfModule(folder: string, name: string): Promise<string | undefined> {
  const isFile = async (path: string): Promise<boolean> => (await kindOf(join(folder, path)).catch(() => undefined)) === 'file'
  if (await isFile(`${name}.py`)) return `${name}.py`
  return (await isFile(`${name}/__init__.py`)) ? name : undefined
}
