import { homedir } from 'node:os'
import { join } from 'node:path'

/** Where digests of local files are remembered between runs: `SSM_CACHE_DIR`, or the user's cache folder. */
export function cacheFolder(): string {
  const own = inHome(process.env['SSM_CACHE_DIR'])
  if (own !== undefined && own !== '') return own
  return join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'simple-sagemaker')
}

/** The path that a variable holds: one with `~` reaches it as it is from quotes and from files of variables. */
export const inHome = (path: string | undefined): string | undefined => path?.replace(/^~(?=\/|$)/, () => homedir())
