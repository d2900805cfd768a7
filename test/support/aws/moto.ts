import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { isReady, motoServer, python } from '../../../scripts/moto.mjs'

/** Why tests against moto cannot run here; `undefined` when they can. */
export const noMoto: string | undefined = isReady() ? undefined : 'moto is not installed: run "node scripts/moto.mjs --prepare"'

export const pythonWithBotocore = python

/** What moto calls the account everything belongs to. */
export const motoAccount = '123456789012'

export interface Moto extends AsyncDisposable {
  readonly url: string
  /** Forgets everything: buckets, roles, jobs, logs. */
  reset(): Promise<void>
}

/** An AWS stand-in on a port of its own. */
export async function startMoto(attempts = 3): Promise<Moto> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const server = spawn(motoServer, ['-H', '127.0.0.1', '-p', String(port)], {
    stdio: 'ignore',
    env: { ...process.env, MOTO_S3_CUSTOM_ENDPOINTS: url },
  })
  // Whatever becomes of the tests, it ends with them.
  const end = (): void => void server.kill('SIGKILL')
  process.once('exit', end)
  try {
    await answers(url, server)
  } catch (cause) {
    process.removeListener('exit', end)
    server.kill('SIGKILL')
    // Somebody else may have taken the port between our look and its start.
    if (attempts > 1 && server.exitCode !== null) return startMoto(attempts - 1)
    throw cause
  }
  return {
    url,
    reset: async () => void (await fetch(`${url}/moto-api/reset`, { method: 'POST' })),
    [Symbol.asyncDispose]: async () => {
      process.removeListener('exit', end)
      if (server.exitCode !== null) return
      const ended = once(server, 'exit')
      server.kill('SIGKILL')
      await ended
    },
  }
}

/** A port nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('A port was expected')
  return address.port
}

async function answers(url: string, server: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 1_000; tries += 1) {
    if (server.exitCode !== null) throw new Error(`moto ended with ${server.exitCode}`)
    if (
      await fetch(`${url}/moto-api/`).then(
        ({ ok }) => ok,
        () => false,
      )
    )
      return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error('moto did not answer within 100 s')
}
