import { below, type RawPath } from '../files/downloads/entries.ts'

// Names in archives are bytes. Here they are texts with one character for each byte (latin1), so that names which are not
// valid UTF-8 stay what they are and everything that matters for safety (`/`, `..`, NUL) can be seen.

/** A name as bytes, from a text that was decoded as UTF-8. */
export const nameOfText = (text: string): string => Buffer.from(text, 'utf8').toString('latin1')

/** A name for a reader. */
export const shownName = (name: string): string => Buffer.from(name, 'latin1').toString('utf8')

/** Where a name lies below a folder. On Windows names are texts. */
export function rawPath(folder: string, name: string): RawPath {
  return name === '' || name === '.' ? Buffer.from(folder) : below(folder, Buffer.from(name, 'latin1'))
}
