/**
 * The part of the objects that one machine gets when they are sharded by key: of objects in key order, every machine the
 * ones whose position modulo the number of machines is its own. Each object goes to exactly one machine, and the numbers
 * differ by at most one; with fewer objects than machines some get none.
 */
export function shardOf<Item>(inKeyOrder: readonly Item[], machine: number, machines: number): readonly Item[] {
  return inKeyOrder.filter((_, index) => index % machines === machine)
}
