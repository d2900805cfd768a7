/** Whether a path of a build context stays out of it. */
export type IgnoreContext = (path: string) => boolean

interface Rule {
  readonly pattern: RegExp
  readonly isException: boolean
}

/**
 * The rules of a `.dockerignore`, as docker reads them: patterns count from the root of the context, `**` stands for any number of
 * folders, a folder takes its content along, `!` makes an exception, and the last rule that fits decides.
 */
export function dockerIgnore(text: string): IgnoreContext {
  const rules = text.split(/\r?\n/).flatMap((line) => ruleOf(line))
  return (path) => {
    const wholeAndParents = parentsOf(path)
    let ignored = false
    for (const { pattern, isException } of rules) if (wholeAndParents.some((each) => pattern.test(each))) ignored = !isException
    return ignored
  }
}

/** Whether nothing below a folder can be an exception, so that it need not be looked into. */
export const hasExceptions = (text: string): boolean => /^\s*!/m.test(text)

function ruleOf(line: string): readonly Rule[] {
  if (line.startsWith('#')) return []
  const trimmed = line.trim()
  const isException = trimmed.startsWith('!')
  const path = (isException ? trimmed.slice(1) : trimmed)
    .trim()
    .split('/')
    .filter((part) => part !== '' && part !== '.')
  if (path.length === 0) return []
  return [{ isException, pattern: new RegExp(`^${expressionOf(path.join('/'))}$`) }]
}

function expressionOf(pattern: string): string {
  return pattern.replace(/\*\*\/?|\*|\?|\[\^?[^\]]*\]|\\.|[.+^${}()|[\]\\]/g, (sign) => {
    if (sign === '**/') return '(?:.*/)?'
    if (sign === '**') return '.*'
    if (sign === '*') return '[^/]*'
    if (sign === '?') return '[^/]'
    if (sign.length > 1 && sign.startsWith('[')) return sign.replaceAll('\\', '\\\\')
    return sign.length === 2 ? `\\${sign[1] ?? ''}`.replace(/\\([a-z0-9])/i, '$1') : `\\${sign}`
  })
}

const parentsOf = (path: string): readonly string[] =>
  path.split('/').map((_, index, parts) => parts.slice(0, index + 1).join('/'))
