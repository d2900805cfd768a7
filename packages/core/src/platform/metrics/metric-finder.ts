import process from 'node:process'
import { withoutComments } from '../../lang/python/expression.ts'

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
  /** Metrics whose expressions repeat so much that each character of a line would cost too long: nothing is found of them here. */
  readonly tooLarge: readonly string[]
}

/** All texts of the first group, of every match in a line. */
type Search = (line: string) => readonly string[]

interface Searched {
  readonly metric: string
  readonly search: Search
  /** The time that this expression took so far. */
  spentMs: number
}

/**
 * A finder of metrics, given by name and expression. Every match of every expression counts; the first group is read as a
 * number. Whoever reads a log uses this one, so a metric never depends on who read it.
 *
 * Only the first 16,384 characters of a line are read. When the expressions together take much more of the processor than such texts
 * need, the slowest is not looked for any more, and `onGivenUp` is told its metric.
 */
export async function metricFinder(
  metrics: Readonly<Record<string, string>>,
  onGivenUp: (metric: string) => void = () => undefined,
): Promise<MetricFinder> {
  const searches: Searched[] = []
  const unreadable: string[] = []
  const tooLarge: string[] = []
  for (const [metric, source] of Object.entries(metrics)) {
    const search = await searchFor(source)
    if (search === 'unreadable') unreadable.push(metric)
    else if (search === 'too large') tooLarge.push(metric)
    else searches.push({ metric, search, spentMs: 0 })
  }
  let allowedMs = startBudgetMs
  let spentMs = 0
  let cpuBefore = process.cpuUsage()
  return {
    unreadable,
    tooLarge,
    find(line) {
      const text = line.length > longestRead ? line.slice(0, longestRead) : line
      allowedMs += searches.length * (msPerLine + msPerCharacter * text.length)
      const found: FoundMetric[] = []
      for (const searched of searches) {
        const beforeMs = performance.now()
        found.push(...valuesOf(searched, text))
        const tookMs = performance.now() - beforeMs
        searched.spentMs += tookMs
        spentMs += tookMs
      }
      // Of the time that passed, others may have had the processor, which is asked about only now: it costs more than a clock.
      if (spentMs > allowedMs) spentMs = Math.min(spentMs, cpuMsSince(cpuBefore))
      if (spentMs > allowedMs) {
        ;[allowedMs, spentMs, cpuBefore] = [startBudgetMs, 0, process.cpuUsage()]
        onGivenUp(giveUpSlowest(searches))
      }
      return found
    },
  }
}

// An expression that is read in steps needs well under a microsecond for a character, and some for a line.
const startBudgetMs = 2_000
const msPerLine = 0.02
const msPerCharacter = 0.001
const longestRead = 16_384
// Each step of the program may be alive at each character of a line: 500 of them take about half a second for the longest line.
const largestProgram = 500

function valuesOf({ metric, search }: Searched, text: string): readonly FoundMetric[] {
  return search(text).flatMap((group) => {
    const value = group.trim() === '' ? Number.NaN : Number(group)
    return Number.isFinite(value) ? [{ metric, value }] : []
  })
}

function cpuMsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1_000
}

function giveUpSlowest(searches: Searched[]): string {
  const at = searches.reduce((slowest, { spentMs }, index) => (spentMs > (searches[slowest]?.spentMs ?? 0) ? index : slowest), 0)
  return searches.splice(at, 1)[0]?.metric ?? ''
}

// Longer lines take the engine of JavaScript too long even when an expression repeats only one thing.
const longestTrusted = 1024

async function searchFor(source: string): Promise<Search | 'unreadable' | 'too large'> {
  const slow = await boundedSearch(source)
  const fast = isHarmless(source) ? nativeSearch(source) : undefined
  if (fast === undefined || typeof slow === 'string') return slow
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

async function boundedSearch(source: string): Promise<Search | 'unreadable' | 'too large'> {
  const { RE2JS } = await import('re2js')
  try {
    // Comments mean nothing, and RE2 does not know them.
    const expression = RE2JS.compile(withoutComments(source))
    if (expression.groupCount() === 0) return () => []
    if (expression.programSize() > largestProgram) return 'too large'
    return (line) => {
      const matcher = expression.matcher(line)
      const texts: string[] = []
      while (matcher.find()) texts.push(matcher.group(1) ?? '')
      return texts
    }
  } catch {
    return 'unreadable'
  }
}
