import { mkdir, open, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { orStorageError } from '../fs-errors.ts'

/** Appends text to files of one folder, gathered into large writes. */
export interface Appender extends AsyncDisposable {
  append(name: string, text: string): Promise<void>
}

const gatheredChars = 256 * 1024

/** Opens a folder for appending; leaving its scope writes what is left and closes every file. */
export async function appender(folder: string): Promise<Appender> {
  const what = { act: 'write', path: folder, missing: 'STORAGE_DENIED' } as const
  await orStorageError(what, () => mkdir(folder, { recursive: true }))
  const files = new Map<string, { readonly file: FileHandle; texts: string[]; chars: number }>()
  const flush = (one: { readonly file: FileHandle; texts: string[]; chars: number }): Promise<void> => {
    const text = one.texts.join('')
    one.texts = []
    one.chars = 0
    return orStorageError(what, () => one.file.appendFile(text))
  }
  return {
    async append(name, text) {
      const known = files.get(name)
      const one = known ?? { file: await orStorageError(what, () => open(join(folder, name), 'a')), texts: [], chars: 0 }
      if (known === undefined) files.set(name, one)
      one.texts.push(text)
      one.chars += text.length
      if (one.chars >= gatheredChars) await flush(one)
    },
    async [Symbol.asyncDispose]() {
      try {
        for (const one of files.values()) await flush(one)
      } finally {
        for (const one of files.values()) await one.file.close()
      }
    },
  }
}
