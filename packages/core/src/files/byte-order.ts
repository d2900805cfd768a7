/**
 * Sorts by the bytes of the names' UTF-8, as S3 lists its keys: the same on every machine and in every locale.
 * Gives back the array it was given, sorted.
 */
export function sortByBytes<Item>(items: Item[], nameOf: (item: Item) => string): Item[] {
  const plain = !items.some((item) => aboveSurrogates.test(nameOf(item)))
  return items.sort((left, right) => (plain ? compareUnits : compareBytes)(nameOf(left), nameOf(right)))
}

/** Negative, zero or positive, as the UTF-8 bytes of two strings compare. */
export function compareBytes(left: string, right: string): number {
  if (aboveSurrogates.test(left) || aboveSurrogates.test(right)) return Buffer.compare(Buffer.from(left), Buffer.from(right))
  return compareUnits(left, right)
}

// UTF-16 units and UTF-8 bytes sort alike except where surrogates meet the units above them.
const aboveSurrogates = /[\uD800-\uFFFF]/
const compareUnits = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0)
