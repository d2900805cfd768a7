import { createHash } from 'node:crypto'
import { closeSync, openSync, readSync } from 'node:fs'
import { parentPort } from 'node:worker_threads'

/** What a thread answers for a path: the file's digest, or what the file system said. */
export type ThreadAnswer =
  | { readonly sha256: string; readonly sizeBytes: number }
  | { readonly code: string | undefined; readonly message: string }

// The program of one thread: it is told a path and answers with the digest of the file there, one after the other.
const buffer = Buffer.allocUnsafeSlow(1024 * 1024)
parentPort?.on('message', (path: string) => parentPort?.postMessage(answerFor(path)))

function answerFor(path: string): ThreadAnswer {
  try {
    return digestOf(path)
  } catch (cause) {
    // An error that goes to another thread loses its code.
    const { code, message } = cause as NodeJS.ErrnoException // of the file system, nothing else fails here
    return { code, message }
  }
}

function digestOf(path: string): ThreadAnswer {
  const file = openSync(path, 'r')
  try {
    const hash = createHash('sha256')
    for (let sizeBytes = 0; ;) {
      const bytesRead = readSync(file, buffer, 0, buffer.length, null)
      if (bytesRead === 0) return { sha256: hash.digest('hex'), sizeBytes }
      hash.update(buffer.subarray(0, bytesRead))
      sizeBytes += bytesRead
    }
  } finally {
    closeSync(file)
  }
}
