import { withoutComments } from '../lang/python-expression.ts'

/** A value of a metric, found in a line of a log. */
export interface FoundMetric {
  readonly metric: string
  readonly value: number
}

/** Finds the values of metrics in lines, in time that grows with the line and not beyond. */
export interface MetricFinder {
  readonly find: (line: string) => readonly FoundMetric[]
  /** Metrics whose expressions need what cannot be looked for in bounded time, as looking ahead: nothing is found of them here. */
  readonly unreadable: readonly string[]
}

/** All texts of the first group, of every match in a line. */
type Search = (line: string) => readonly string[]

/**
 * A finder of metrics, given by name and expression. Every match of every expression counts; the first group is read as a
 * number. Whoever reads a log uses this one, so a metric never depends on who read it.
 */
export async function metricFinder(metrics: Readonly<Record<string, string>>): Promise<MetricFinder> {
  const searches: { readonly metric: string; readonly search: Search }[] = []
  const unreadable: string[] = []
  for (const [metric, source] of Object.entries(metrics)) {
    const search = await searchFor(source)
    if (search === undefined) unreadable.push(metric)
    else searches.push({ metric, search })
  }
  return {
    unreadable,
    find: (line) =>
      searches.flatMap(({ metric, search }) =>
        search(line).flatMap((text) => {
          const value = text.trim() === '' ? Number.NaN : Number(text)
          return Number.isFinite(value) ? [{ metric, value }] : []
        }),
      ),
  }
}

// Longer lines take the engine of JavaScript too long even when an expression repeats only one thing.
const longestTrusted = 1024

async function searchFor(source: string): Promise<Search | undefined> {
  const slow = await boundedSearch(source)
  const fast = isHarmless(source) ? nativeSearch(source) : undefined
  if (fast === undefined || slow === undefined) return slow
  return (line) => (line.length <= longestTrusted ? fast(line) : slow(line))
}

/**
 * Whether the engine of JavaScript, which tries every way to match, has few ways to try: at most one unbounded repetition,
 * of a single character or class, no alternatives, nothing optional, and no spelling that the engines read differently.
 */
export function isHarmless(source: string): boolean {
  const plain = source.replace(onePiece, 'c')
  return /^[\w ,:;=@#%/'"<>!&~-]*\([\w ,:;=@#%/'"<>!&~-]+[+*]?\)[\w ,:;=@#%/'"<>!&~-]*$/.test(plain)
}

// An escaped sign, a digit or letter by its class, or a set of plain characters: each takes one character of a line.
const onePiece = /\\[^A-Za-z0-9]|\\[dw]|\[(?:\\[^A-Za-z0-9]|\\[dw]|[A-Za-z0-9 _.,:;=+-])+\]/g

function nativeSearch(source: string): Search | undefined {
  try {
    const expression = new RegExp(source, 'g')
    return (line) => [...line.matchAll(expression)].flatMap((match) => match[1] ?? [])
  } catch {
    return undefined
  }
}

async function boundedSearch(source: string): Promise<Search | undefined> {
  const { RE2JS } = await import('re2js')
  try {
    // Comments mean nothing, and RE2 does not know them.
    const expression = RE2JS.compile(withoutComments(source))
    if (expression.groupCount() === 0) return () => []
    return (line) => {
      const matcher = expression.matcher(line)
      const texts: string[] = []
      while (matcher.find()) texts.push(matcher.group(1) ?? '')
      return texts
    }
  } catch {
    return undefined
  }
}
