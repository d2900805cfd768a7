// The module hooks behind typescript.mjs. They run on a thread of their own.
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { transform } from 'esbuild'

/** Gives Node a TypeScript file as JavaScript; everything else goes its usual way. */
export async function load(url, context, nextLoad) {
  if (!url.startsWith('file:') || !/\.m?ts$/.test(new URL(url).pathname) || url.includes('/node_modules/'))
    return nextLoad(url, context)
  const sourcefile = fileURLToPath(url)
  const options = { loader: 'ts', format: 'esm', target: 'node20.19', sourcefile, sourcemap: 'inline' }
  const { code } = await transform(await readFile(sourcefile, 'utf8'), options)
  return { format: 'module', source: code, shortCircuit: true }
}
