import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { readText } from '../files/read.ts'
import { temporaryDirectory } from '../files/temporary.ts'
import type { Secret } from '../secrets/secret.ts'
import { callEngine, imageError } from './call.ts'
import type { ContainerEngine } from './engine.ts'

/** Who may use a registry. */
export interface RegistryLogin {
  /** Host, and port when it is not the usual one. */
  readonly host: string
  /** The name to log in with. */
  readonly user: string
  /** Its password, or a token. */
  readonly password: Secret
}

/**
 * Logs in to registries for the time of some work. The passwords go through standard input, and are kept in a folder of their own that is
 * gone afterwards: the user's own logins are used beside them, and not changed.
 * @throws {SsmError} `IMAGE_FAILED` when a registry refuses.
 */
export async function withLogins<T>(
  engine: ContainerEngine,
  logins: readonly RegistryLogin[],
  signal: AbortSignal | undefined,
  work: (env: Readonly<Record<string, string>>) => Promise<T>,
): Promise<T> {
  await using scratch = await temporaryDirectory('ssm-login-')
  const env = engine.kind === 'podman' ? await podmanLogins(scratch.path) : await dockerLogins(scratch.path, logins)
  for (const { host, user, password } of logins) await logIn({ engine, host, user, password, env, signal })
  return await work(env)
}

async function logIn(
  login: RegistryLogin & {
    readonly engine: ContainerEngine
    readonly env: Readonly<Record<string, string>>
    readonly signal: AbortSignal | undefined
  },
): Promise<void> {
  const { engine, host, user, password, env, signal } = login
  try {
    await callEngine(engine.program, ['login', '--username', user, '--password-stdin', host], {
      input: password.reveal(),
      env,
      signal,
    })
  } catch (cause) {
    throw imageError(`The registry ${host} refused the login`, cause, {
      hint: 'Check the network and the region, and run again: the token is made anew.',
      facts: { host, engine: engine.kind },
    })
  }
}

interface DockerConfig {
  readonly credHelpers?: Readonly<Record<string, string>>
}

/** The user's own folder of docker, by links, with settings in which our registries have no helper that would keep the password. */
async function dockerLogins(folder: string, logins: readonly RegistryLogin[]): Promise<Readonly<Record<string, string>>> {
  const own = process.env['DOCKER_CONFIG'] || join(homedir(), '.docker')
  const names = await readdir(own).catch((): string[] => [])
  for (const name of names) if (name !== 'config.json') await symlink(resolve(own, name), join(folder, name))
  const config = await jsonIn<DockerConfig>(join(own, 'config.json'))
  const credHelpers = { ...config.credHelpers, ...Object.fromEntries(logins.map(({ host }) => [host, ''])) }
  await writeFile(join(folder, 'config.json'), JSON.stringify({ ...config, credHelpers }), { mode: 0o600 })
  return { DOCKER_CONFIG: folder }
}

/** A copy of the user's file of logins. */
async function podmanLogins(folder: string): Promise<Readonly<Record<string, string>>> {
  const runtime = process.env['XDG_RUNTIME_DIR'] || `/run/containers/${process.getuid?.() ?? 0}`
  const places = [
    process.env['REGISTRY_AUTH_FILE'] || '',
    runtime.startsWith('/run/containers') ? `${runtime}/auth.json` : `${runtime}/containers/auth.json`,
    join(homedir(), '.docker/config.json'),
  ]
  let own: object = {}
  for (const place of places.filter((path) => path !== '').toReversed()) own = { ...own, ...(await jsonIn<object>(place)) }
  await mkdir(folder, { recursive: true })
  const file = join(folder, 'auth.json')
  await writeFile(file, JSON.stringify(own), { mode: 0o600 })
  return { REGISTRY_AUTH_FILE: file }
}

async function jsonIn<T extends object>(path: string): Promise<T> {
  try {
    const value: unknown = JSON.parse((await readText(path)) ?? '')
    return (typeof value === 'object' && value !== null ? value : {}) as T // the engine's own file
  } catch {
    return {} as T
  }
}
