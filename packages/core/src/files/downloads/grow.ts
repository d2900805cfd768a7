import { appendFileSync, closeSync, mkdirSync, openSync, statSync, truncateSync } from 'node:fs'
import { dirname } from 'node:path'
import { storageError } from '../fs-errors.ts'

/**
 * Makes a local file hold what a growing one holds. What the local one has is left as it is, and the rest is added at its end: a program
 * that reads it continues where it was. One that became shorter is written anew.
 * @throws {SsmError} `STORAGE_FULL`, `STORAGE_DENIED`, and what reading the content throws.
 */
export async function growFile(path: string, sizeBytes: number, content: AsyncIterable<Uint8Array>): Promise<void> {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    closeSync(openSync(path, 'a', 0o600))
    if (statSync(path).size > sizeBytes) truncateSync(path)
    let known = statSync(path).size
    for await (const chunk of content) {
      const fresh = chunk.subarray(Math.min(known, chunk.length))
      known -= chunk.length - fresh.length
      if (fresh.length > 0) appendFileSync(path, fresh)
    }
  } catch (cause) {
    throw storageError({ act: 'write', path, missing: 'STORAGE_DENIED' }, cause)
  }
}
