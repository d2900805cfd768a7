type Environment = Readonly<Record<string, string | undefined>>

/**
 * The proxy for a host, from `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY`, as curl and the AWS command line read them: the name in
 * lower case first, and an empty variable counts as none. `undefined` for a direct connection.
 */
export function proxyFor(host: string, env: Environment): URL | undefined {
  const text = variable('HTTPS_PROXY', env) ?? variable('ALL_PROXY', env)
  if (text === undefined || isExcluded(host, variable('NO_PROXY', env) ?? '')) return undefined
  const url = new URL(text.includes('://') ? text : `http://${text}`)
  return url.protocol === 'http:' || url.protocol === 'https:' ? url : undefined
}

/** Whether any request could go through a proxy: only then is the agent for it loaded. */
export const hasProxy = (env: Environment): boolean => proxyFor('', { ...env, NO_PROXY: '', no_proxy: '' }) !== undefined

const variable = (name: string, env: Environment): string | undefined => env[name.toLowerCase()] || env[name] || undefined

/** Host names and the ends of host names, with or without their first dot. */
function isExcluded(host: string, list: string): boolean {
  return list
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => {
      const name = entry.replace(/^\*?\./, '').replace(/:\d+$/, '')
      return entry === '*' || host === name || host.endsWith(`.${name}`)
    })
}
