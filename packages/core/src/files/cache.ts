import { homedir } from 'node:os'
import { join } from 'node:path'

/** Where digests of local files are remembered between runs: `SSM_CACHE_DIR`, or the user's cache folder. */
export function cacheFolder(): string {
  const own = process.env['SSM_CACHE_DIR']
  if (own !== undefined && own !== '') return own
  return join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'simple-sagemaker')
}
