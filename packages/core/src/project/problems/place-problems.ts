import { isSsmError } from '../../errors/ssm-error.ts'
import type { Text } from '../../errors/wording.ts'
import { objectUri } from '../../names/object-uri.ts'
import type { FoundProblem } from '../../options/option.ts'

/** What is wrong with a text, as the function that makes a name or an address of it says. */
export function tried(path: string, value: unknown, parse: (text: string) => unknown): readonly FoundProblem[] {
  if (typeof value !== 'string') return [{ path, value, message: 'must be a text', hint: 'Write it in quotes.' }]
  try {
    parse(value)
    return []
  } catch (cause) {
    if (!isSsmError(cause, 'NAME_INVALID')) throw cause
    return [{ path, value, message: `must be ${String(cause.facts['rule'])}`, hint: 'Choose another name.' }]
  }
}

/** An address in S3: a path where an address stands, and the other way round, is the other method's. */
export function uriProblems(path: string, value: unknown): readonly FoundProblem[] {
  if (typeof value === 'string' && /[\p{Cc}\u2028\u2029]/u.test(value))
    return [{ path, value, message: 'must not hold control characters', hint: 'Check where the address comes from.' }]
  const found = tried(path, value, objectUri)
  if (typeof value !== 'string' || found.length === 0) return found
  const hint: Text = /^s3:\/\//i.test(value)
    ? 'Write the bucket and a folder or object in it: s3://my-bucket/data/.'
    : {
        library: `For a file or folder of this computer write .input.local(${JSON.stringify(value.slice(0, 60))}).`,
        commandLine: `For a file or folder of this computer write --input NAME ${value.slice(0, 60)}.`,
      }
  return found.map((problem) => ({ ...problem, hint }))
}

/** A path of this computer. */
export function pathProblems(path: string, value: unknown): readonly FoundProblem[] {
  if (typeof value === 'string' && /^s3:\/\//i.test(value))
    return [
      {
        path,
        value,
        message: 'must be a path of this computer',
        hint: {
          library: `Objects in S3 are read by .input.s3(${JSON.stringify(value.slice(0, 60))}).`,
          commandLine: `Objects in S3 are read by --input NAME ${value.slice(0, 60)}.`,
        },
      },
    ]
  if (typeof value === 'string' && value !== '' && !value.includes('\0')) return []
  return [
    {
      path,
      value,
      message: 'must be a path of this computer',
      hint: { library: "Write it as './data'.", commandLine: 'Write it as ./data.' },
    },
  ]
}
