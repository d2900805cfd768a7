import { instanceCatalog } from './instance-catalog.ts'

type TypesOf<Table> = {
  [Family in keyof Table & string]: Table[Family] extends readonly (infer Size extends string)[] ? `ml.${Family}.${Size}` : never
}[keyof Table & string]

type Catalog = typeof instanceCatalog

/** Machines that processing jobs can rent. */
// oxlint-disable-next-line typescript/no-redundant-type-constituents -- today there are none that only these jobs take.
export type ProcessingInstanceType = TypesOf<Catalog['both']> | TypesOf<Catalog['processingOnly']>
/** Machines that training jobs can rent. */
export type TrainingInstanceType = TypesOf<Catalog['both']> | TypesOf<Catalog['trainingOnly']>
/**
 * A machine to rent, such as `ml.m5.large`, or `local` for this computer. For a type that is only known at run time, or newer
 * than this library: `instanceType(text)`.
 */
export type InstanceType = TrainingInstanceType | ProcessingInstanceType | 'local' | 'local_gpu'

/** Every machine that this release knows, for one kind of job or for both. */
export const knownInstanceTypes: readonly string[] = Object.values(instanceCatalog).flatMap((families) =>
  Object.entries(families as Readonly<Record<string, readonly string[]>>).flatMap(([family, sizes]) =>
    sizes.map((size) => `ml.${family}.${size}`),
  ),
)

/**
 * Whether a machine computes with GPUs or other accelerators, by the letters of its family (`g`, `gr`, `p`, `trn`, `inf`): also of families
 * that are newer than this release.
 */
export const isAccelerated = (type: string): boolean => /^(?:ml\.)?(?:[gp]|trn|inf)[a-z]*\d/.test(type)

/**
 * Whether a machine has disks of its own (NVMe): a job then gets these, whatever size was asked for, and SageMaker takes no key for
 * them.
 */
export function hasOwnDisks(type: string): boolean {
  return /^(g5|g6e?|gr6|g7e?|p5e?n?|p6.*|trn\d.*|[a-z]+\d+[a-z]*d[a-z]*)$/.test(type.split('.')[1] ?? '')
}
