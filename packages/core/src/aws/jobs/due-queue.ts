/** Things in the order they are due, the soonest first; equal ones in the order they came. */
export interface DueQueue<Item> {
  add(item: Item, dueAtMs: number): void
  first(): { readonly item: Item; readonly dueAtMs: number } | undefined
  /** Takes an item out, wherever it stands. */
  remove(item: Item): void
}

export function dueQueue<Item>(): DueQueue<Item> {
  const entries: { readonly item: Item; readonly dueAtMs: number }[] = []
  return {
    add: (item, dueAtMs) => {
      let [low, high] = [0, entries.length]
      while (low < high) {
        const middle = (low + high) >>> 1
        if ((entries[middle]?.dueAtMs ?? 0) <= dueAtMs) low = middle + 1
        else high = middle
      }
      entries.splice(low, 0, { item, dueAtMs })
    },
    first: () => entries[0],
    remove: (item) => {
      // What is taken out is nearly always the first.
      if (entries[0]?.item === item) return void entries.shift()
      const at = entries.findIndex((entry) => entry.item === item)
      if (at >= 0) entries.splice(at, 1)
    },
  }
}
