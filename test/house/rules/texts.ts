import type { ProjectFile } from './files.ts'

/** Something that must not be written, and why. */
export interface Ban {
  readonly pattern: RegExp
  readonly why: string
}

// Written in pieces, so that this file is not its own first finding.
const join = (...pieces: readonly string[]): RegExp => new RegExp(pieces.join(''), 'i')

/** What no file of the project may say. */
export const bans: readonly Ban[] = [
  {
    pattern: join('(?<![\\w.}$*~-])/', '(work|root|Users|home/(?!me\\b|user\\b|you\\b)[a-z])[a-z]*/'),
    why: 'a path of one machine',
  },
  { pattern: join('\\b[A-Z]:\\\\\\\\?', 'Users'), why: 'a path of one machine' },
  { pattern: join('https?://[^\\s"\'`)]*', '(registry|mirror|artifact|nexus|pypi|pythonhosted)'), why: 'the host of a registry' },
  { pattern: join('\\bTO', 'DO\\b(?! ?[(:]? ?#\\d)'), why: 'a to-do without the number of its issue' },
  { pattern: join('\\b(FIX', 'ME|X', 'XX|HA', 'CK)\\b'), why: 'a to-do under another name' },
  { pattern: join('\\bfacts? ', '(§ ?)?\\d+(\\.\\d+)*\\b'), why: 'a reference to a page that is not here' },
  { pattern: join('shared/', '(design|facts|original)'), why: 'a reference to a page that is not here' },
  { pattern: join('<<<<', '<<< |>>>>', '>>> '), why: 'an unfinished merge' },
]

/** Each line of a file that says what must not be said. */
export function bannedLines({ path, text }: ProjectFile): readonly string[] {
  return text
    .split('\n')
    .flatMap((line, index) =>
      bans
        .filter(({ pattern }) => pattern.test(line))
        .map(({ why }) => `${path}:${index + 1} ${why}: ${line.trim().slice(0, 80)}`),
    )
}
