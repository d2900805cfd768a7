// Lets Node run TypeScript files as they are: node --import ./scripts/typescript.mjs program.ts. Newer versions of Node can do
// it themselves, but not with `await using`, and Node 20 not at all.
import { register } from 'node:module'

register('./typescript-hooks.mjs', import.meta.url)
process.setSourceMapsEnabled(true)
