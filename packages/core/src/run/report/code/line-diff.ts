/** A line of a difference: in both texts, only in the new one, only in the former one. */
export type DiffLine = readonly [side: ' ' | '+' | '-', text: string]

/** With more differences the lines are told apart no further: the work grows with their square. */
const mostEdits = 500

/**
 * The difference of two texts line by line, with as few lines as possible that differ (Myers); of texts that differ in very many lines,
 * everything between their common beginning and end. Pure.
 */
export function diffLines(before: readonly string[], now: readonly string[]): readonly DiffLine[] {
  let start = 0
  while (start < before.length && start < now.length && before[start] === now[start]) start += 1
  let end = 0
  while (end < before.length - start && end < now.length - start && before.at(-1 - end) === now.at(-1 - end)) end += 1
  const [one, other] = [before.slice(start, before.length - end), now.slice(start, now.length - end)]
  const same = (lines: readonly string[]): readonly DiffLine[] => lines.map((text) => [' ', text])
  return [...same(now.slice(0, start)), ...edits(one, other), ...same(now.slice(now.length - end))]
}

function edits(before: readonly string[], now: readonly string[]): readonly DiffLine[] {
  const [rows, columns] = [before.length, now.length]
  // How far each diagonal reaches, for every number of edits so far.
  const history: Map<number, number>[] = []
  let reach = new Map([[1, 0]])
  for (let count = 0; count <= Math.min(rows + columns, mostEdits); count += 1) {
    const next = new Map(reach)
    for (let diagonal = -count; diagonal <= count; diagonal += 2) {
      let row = goesDown(reach, diagonal, count) ? (reach.get(diagonal + 1) ?? 0) : (reach.get(diagonal - 1) ?? 0) + 1
      while (row < rows && row - diagonal < columns && before[row] === now[row - diagonal]) row += 1
      next.set(diagonal, row)
      if (row >= rows && row - diagonal >= columns) return traced(before, now, [...history, reach])
    }
    history.push(reach)
    reach = next
  }
  return [...before.map((text): DiffLine => ['-', text]), ...now.map((text): DiffLine => ['+', text])]
}

const goesDown = (reach: ReadonlyMap<number, number>, diagonal: number, count: number): boolean =>
  diagonal === -count || (diagonal !== count && (reach.get(diagonal - 1) ?? 0) < (reach.get(diagonal + 1) ?? 0))

/** From the end back to the beginning, along what each number of edits reached. */
function traced(
  before: readonly string[],
  now: readonly string[],
  history: readonly ReadonlyMap<number, number>[],
): readonly DiffLine[] {
  const lines: DiffLine[] = []
  let [row, column] = [before.length, now.length]
  for (let count = history.length - 1; count >= 0; count -= 1) {
    const reach = history[count] ?? new Map<number, number>()
    const diagonal = row - column
    const isAdded = goesDown(reach, diagonal, count)
    const from = isAdded ? diagonal + 1 : diagonal - 1
    const rowBefore = count === 0 ? 0 : (reach.get(from) ?? 0)
    const columnBefore = count === 0 ? 0 : rowBefore - from
    while (row > rowBefore && column > columnBefore && before[row - 1] === now[column - 1]) {
      lines.push([' ', now[column - 1] ?? ''])
      row -= 1
      column -= 1
    }
    if (count === 0) break
    if (isAdded) lines.push(['+', now[column - 1] ?? ''])
    else lines.push(['-', before[row - 1] ?? ''])
    ;[row, column] = [rowBefore, columnBefore]
  }
  return lines.toReversed()
}

/** Lines that differ, with some around them; where lines are passed over, `undefined`. Pure. */
export function withContext(lines: readonly DiffLine[], around: number): readonly (DiffLine | undefined)[] {
  const shown = new Set(
    lines.flatMap(([side], at) => (side === ' ' ? [] : Array.from({ length: 2 * around + 1 }, (_, step) => at - around + step))),
  )
  return lines.flatMap((line, at) => {
    if (shown.has(at)) return [line]
    return at === 0 || shown.has(at - 1) ? [undefined] : []
  })
}
