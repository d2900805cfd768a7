/** Finds a task's metrics in its log: every match of every expression, the first group read as a number. */
export function metricFinder(
  metrics: Readonly<Record<string, string>>,
): (line: string) => readonly { readonly metric: string; readonly value: number }[] {
  const expressions = Object.entries(metrics).map(([metric, source]) => ({ metric, expression: new RegExp(source, 'g') }))
  return (line) =>
    expressions.flatMap(({ metric, expression }) =>
      [...line.matchAll(expression)]
        .filter((match) => match[1] !== undefined && match[1].trim() !== '')
        .map((match) => ({ metric, value: Number(match[1]) }))
        .filter(({ value }) => Number.isFinite(value)),
    )
}
