// Merges parts of a library that are always loaded together into one module: esbuild makes a part of whatever the same entries use, and each costs
// almost a millisecond at every start.
import { basename } from 'node:path'
import { build } from 'esbuild'

/**
 * Replaces parts by modules that hold several, and rewrites who imports them. A bundler that puts everything into one file keeps much of a module of which it
 * keeps anything: large parts that not everybody uses are better `apart`.
 *
 * @param modules what esbuild made, `{ path, text }` each, with a map beside each module
 * @param outputs esbuild's description of the same, by path
 * @param groups the modules to make: each name with the modules whose parts it takes, as far as no module before has them
 * @param apart sources whose parts stay modules of their own
 */
export async function mergeParts(modules, outputs, { groups, apart }) {
  const groupOf = groupsOf(outputs, groups, apart)
  const names = exportedNames(outputs, groupOf)
  const texts = new Map(modules.map(({ path, text }) => [path, text]))
  const merged = await Promise.all(
    Object.keys(groups).map((group) =>
      merge({ group, parts: [...groupOf].filter(([, its]) => its === group).map(([part]) => part), groupOf, names, texts }),
    ),
  )
  const rest = modules.filter(({ path }) => !groupOf.has(path.replace(/\.map$/, '')))
  const rewritten = rest.map(({ path, text }) => ({
    path,
    text: path.endsWith('.js') ? withImports(text, groupOf, names) : text,
  }))
  return [...rewritten, ...merged.flat()]
}

function groupsOf(outputs, groups, apart) {
  const groupOf = new Map()
  const take = (path, group, seen) => {
    if (seen.has(path)) return
    seen.add(path)
    const { entryPoint, imports } = outputs[path]
    // A module that is an entry, or is imported late, stays a file of its own.
    if (entryPoint === undefined && !isApart(path, outputs, apart) && !groupOf.has(path)) groupOf.set(path, group)
    for (const each of imports) if (each.kind === 'import-statement' && !each.external) take(each.path, group, seen)
  }
  for (const [group, sources] of Object.entries(groups)) {
    for (const source of sources) {
      const [path] = Object.entries(outputs).find(([, { entryPoint }]) => entryPoint?.endsWith(source)) ?? []
      if (path === undefined) throw new Error(`${source} is no module of its own any more`)
      take(path, group, new Set())
    }
  }
  return groupOf
}

/** Whether a part, or one that it imports, is to stay apart: merged with others it would import itself by a detour. */
function isApart(path, outputs, apart) {
  const { inputs, imports } = outputs[path]
  return (
    apart.some((source) => Object.keys(inputs).some((input) => input.endsWith(source))) ||
    imports.some(
      ({ kind, external, path: imported }) => kind === 'import-statement' && !external && isApart(imported, outputs, apart),
    )
  )
}

/** How a merged module exports what a part exported: by the same name, where only one of its parts has it. */
function exportedNames(outputs, groupOf) {
  const names = new Map()
  const taken = new Set()
  for (const [part, group] of groupOf) {
    const its = new Map()
    for (const name of outputs[part].exports) {
      let free = name
      for (let count = 2; taken.has(`${group} ${free}`); count++) free = `${name}${count}`
      taken.add(`${group} ${free}`)
      its.set(name, free)
    }
    names.set(part, its)
  }
  return names
}

async function merge({ group, parts, groupOf, names, texts }) {
  const { outputFiles } = await build({
    stdin: {
      contents: parts
        .map((part) => `export { ${[...names.get(part)].map(([name, free]) => `${name} as ${free}`).join(', ')} } from '${part}'`)
        .join('\n'),
      resolveDir: '/',
      sourcefile: `${group}.js`,
    },
    outfile: `/parts/${group}.js`,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    sourcemap: true,
    sourcesContent: false,
    legalComments: 'none',
    logLevel: 'error',
    write: false,
    plugins: [partsOf({ group, groupOf, names, texts })],
  })
  return outputFiles.map(({ path, text }) => ({ path: `parts/${basename(path)}`, text }))
}

const partsOf = ({ group, groupOf, names, texts }) => ({
  name: 'parts',
  setup(bundle) {
    bundle.onResolve({ filter: /.*/ }, ({ path, kind }) => {
      const part = `parts/${basename(path)}`
      const isPart = kind !== 'entry-point' && kind !== 'dynamic-import' && /^(\.\/|parts\/)/.test(path)
      if (!isPart || groupOf.get(part) !== group) return { path, external: true }
      // Beside each other, so that what their maps say of the sources stays true.
      return { path: `/${part}`, namespace: 'part', sideEffects: false }
    })
    bundle.onLoad({ filter: /.*/, namespace: 'part' }, ({ path }) => {
      const part = path.slice(1)
      const map = Buffer.from(texts.get(`${part}.map`)).toString('base64')
      const text = withImports(texts.get(part), groupOf, names, group)
      const contents = text.replace(/sourceMappingURL=.*/, `sourceMappingURL=data:application/json;base64,${map}`)
      return { contents, resolveDir: '/parts' }
    })
  },
})

const importStatement = /^import (?:\{([^}]*)\} from )?"((?:\.\/)?(?:parts\/)?)([^"/]+)";$/gm

/** A module that asks the merged modules for what it imports, line by line where it did before. */
function withImports(text, groupOf, names, own) {
  return text.replace(importStatement, (statement, list, folder, file) => {
    const part = `parts/${file}`
    const group = groupOf.get(part)
    if (group === undefined || group === own) return statement
    const renamed = list?.replace(/\b([\w$]+)( as [\w$]+)?/g, (_, name, as) => {
      const free = names.get(part).get(name)
      return free === name ? `${name}${as ?? ''}` : `${free}${as ?? ` as ${name}`}`
    })
    return `import ${renamed === undefined ? '' : `{${renamed}} from `}"${folder}${group}.js";`
  })
}
