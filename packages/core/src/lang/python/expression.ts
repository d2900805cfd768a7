/**
 * A regular expression of Python's as this language spells it, to see whether it is one and how many groups it has: SageMaker
 * reads named groups, flags, comments, atomic groups and repetitions that give nothing back in Python's way. Not to search with.
 */
export function inJavaScript(source: string): string {
  return withoutComments(source)
    .replaceAll('(?P<', '(?<')
    .replaceAll(/\(\?P=(\w+)\)/g, '\\k<$1>')
    .replaceAll(/(?<!\\)\(\?[aiLmsux]+\)/g, '')
    .replaceAll(/(?<!\\)\(\?(?:>|[aiLmsux]*(?:-[imsx]+)?:)/g, '(?:')
    .replaceAll(/(?<!\\)([*+?}])\+/g, '$1')
}

/** The expression without its comments, `(?#…)`, which say nothing. */
export const withoutComments = (source: string): string => source.replaceAll(/(?<!\\)\(\?#[^)]*\)/g, '')
