import { plainName, type KnownFlag } from './command.ts'

/** What one argument is, looked at alone. */
export type Token =
  | { readonly kind: 'value' }
  | { readonly kind: 'flag'; readonly known: KnownFlag; readonly spelled: string; readonly inline: string | undefined }
  /** `-it` for `--it`. */
  | { readonly kind: 'short-for-long'; readonly name: string }
  | { readonly kind: 'unknown'; readonly name: string; readonly spelled: string; readonly inline: string | undefined }

const value: Token = { kind: 'value' }

/**
 * Tells flags from values as the Python original did: a negative number is a value, and so is anything with a space in it
 * that is no flag of ours; everything else that begins with a dash is a flag.
 */
export function readToken(token: string, known: ReadonlyMap<string, KnownFlag>): Token {
  if (!token.startsWith('-') || token === '-') return value
  const long = token.startsWith('--')
  const equals = token.indexOf('=')
  const name = token.slice(long ? 2 : 1, equals < 0 ? undefined : equals)
  const spelled = equals < 0 ? token : token.slice(0, equals)
  const inline = equals < 0 ? undefined : token.slice(equals + 1)
  const own = long === name.length > 1 ? known.get(plainName(name)) : undefined
  if (own !== undefined) return { kind: 'flag', known: own, spelled, inline }
  if (isNumber(token) || /\s/.test(name)) return value
  return long ? { kind: 'unknown', name, spelled, inline } : oneDash(token, name, known)
}

function oneDash(token: string, name: string, known: ReadonlyMap<string, KnownFlag>): Token {
  if (name.length > 1 && known.has(plainName(name))) return { kind: 'short-for-long', name }
  // `-v50` is `-v 50`.
  const letter = known.get(token[1] ?? '')
  if (letter !== undefined && letter.flag.args.length > 0 && token.length > 2) {
    return { kind: 'flag', known: letter, spelled: token.slice(0, 2), inline: token.slice(2) }
  }
  return { kind: 'unknown', name, spelled: token, inline: undefined }
}

const isNumber = (token: string): boolean => /^-(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(token)
