/** Keeps the last items of many, and at most about so many in memory. */
export interface LastItems<Item> {
  add(item: Item): void
  items(): readonly Item[]
}

/** The last `count` of what is added. */
export function lastItems<Item>(count: number): LastItems<Item> {
  const kept: Item[] = []
  return {
    add(item) {
      kept.push(item)
      // A quarter at a time: removing one item for each that comes is slow.
      if (kept.length > count * 1.25 + 64) kept.splice(0, kept.length - count)
    },
    items: () => (count === 0 ? [] : kept.slice(-count)),
  }
}
