import { existsSync } from 'node:fs'

/** Before the tests: bundles the programs that core starts as processes of their own, from the sources of this moment. */
export async function setup(): Promise<void> {
  const script = new URL('../../scripts/build-programs.mjs', import.meta.url)
  if (!existsSync(script)) return
  const { buildPrograms } = (await import(script.href)) as { buildPrograms(): Promise<void> }
  await buildPrograms()
}
