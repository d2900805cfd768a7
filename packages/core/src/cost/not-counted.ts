const besidesMachines: readonly string[] = [
  'disks',
  'storage and requests of S3',
  'traffic',
  'logs',
  'storing the results after maxRun',
]

/** What is billed beside the machines; nothing where machines cost nothing. */
export const notCounted = (usdPerHour: number): readonly string[] => (usdPerHour === 0 ? [] : besidesMachines)
