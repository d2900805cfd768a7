import { join } from 'node:path'
import { build } from 'esbuild'

/** A program made from core's sources of this moment, beside core's own packages: `entry` is a file, or `{ text }` that imports some. */
export async function builtFromSources(root, name, entry) {
  const outfile = join(root, 'packages/core/dist/test', `bench-${name}.mjs`)
  await build({
    absWorkingDir: root,
    ...(typeof entry === 'string'
      ? { entryPoints: [entry] }
      : { stdin: { contents: entry.text, resolveDir: join(root, 'packages/core/src') } }),
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    conditions: ['ssm-source'],
    // The published core imports these from their packages, too.
    external: ['@aws-sdk/*', '@smithy/*', 'esbuild', 'tar-stream', 'ignore'],
    logLevel: 'error',
  })
  return outfile
}
