import { InvalidNameError } from '../../names/task-name.ts'

// Ordinary keys are their own paths, so that people find their files. A `%` starts what a file system cannot say:
//   %-   an empty segment: `a//b`, and the last one of a folder marker `a/`
//   %2E  a segment `.`;  %2E%2E  a segment `..`;  %25  a `%` that would be read as one of these
//   …%+  a part of a segment that goes on one folder down, …%=  its last part: a file name has at most 255 bytes
//   …%   an object whose key is also a folder: `x` beside `x/y`
const longestName = 200

/** What a name ends in when a folder took the place of its object. */
export const besideFolder = '%'
const goesOn = '%+'
const endsHere = '%='

/** The path of a key below its bucket's folder, with `/`: never outside it, whatever the key. */
export function pathOfKey(key: string): string {
  if (key === '' || key.includes('\0') || /\p{Surrogate}/u.test(key)) {
    throw new InvalidNameError('object', key, 'a key of at least one character of valid Unicode without NUL')
  }
  return key.split('/').map(pathOfSegment).join('/')
}

/** The path of a folder of keys, given with its last slash; empty for the bucket itself. */
export function pathOfFolder(folder: string): string {
  return folder === '' ? '' : folder.slice(0, -1).split('/').map(pathOfSegment).join('/')
}

/** What one entry of a folder means. */
export type EntryName =
  | { readonly kind: 'whole' | 'end'; readonly text: string; readonly beside: boolean }
  | { readonly kind: 'part'; readonly text: string }

/** Reads the name of a file or folder of a bucket. */
export function entryName(name: string): EntryName {
  if (name.endsWith(goesOn)) return { kind: 'part', text: name.slice(0, -goesOn.length) }
  const beside = name.endsWith(besideFolder)
  const text = beside ? name.slice(0, -besideFolder.length) : name
  if (text.endsWith(endsHere)) return { kind: 'end', text: text.slice(0, -endsHere.length), beside }
  return { kind: 'whole', text, beside }
}

/** The segment that an escaped text, its parts put together, stands for. */
export function segmentOf(escaped: string): string {
  if (escaped === '%-') return ''
  if (escaped === '%2E') return '.'
  if (escaped === '%2E%2E') return '..'
  return escaped.replaceAll('%25', '%')
}

function pathOfSegment(segment: string): string {
  const escaped = escape(segment)
  // Only what is longer in characters than a third of the limit can be longer in bytes.
  if (escaped.length * 3 <= longestName || Buffer.byteLength(escaped) <= longestName) return escaped
  const parts = partsOf(escaped)
  return parts.map((part, index) => part + (index === parts.length - 1 ? endsHere : goesOn)).join('/')
}

function escape(segment: string): string {
  if (segment === '') return '%-'
  if (segment === '.' || segment === '..') return segment.replaceAll('.', '%2E')
  return segment.replace(/%(?=25|2E|[-+=]|$)/g, '%25')
}

function partsOf(text: string): readonly string[] {
  const parts: string[] = []
  let part = ''
  let bytes = 0
  for (const character of text) {
    const size = Buffer.byteLength(character)
    if (bytes + size > longestName) {
      parts.push(part)
      part = ''
      bytes = 0
    }
    part += character
    bytes += size
  }
  return [...parts, part]
}
