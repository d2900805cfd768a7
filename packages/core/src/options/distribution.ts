import { distributionNames, distributionOf, type TrainingDistribution } from '../spec/distribution.ts'
import type { About, Option } from './option.ts'
import { oneOf } from './option-types.ts'

/** How several processes and machines work together: a name, a name with settings, or what the Python SDK takes. */
export function distributionOption(
  about: Pick<About<TrainingDistribution, 'training', [], undefined>, 'summary' | 'source' | 'kinds' | 'flag'>,
): Option<TrainingDistribution, 'training', [distribution: TrainingDistribution], undefined> {
  const { flag, ...rest } = about
  const named = oneOf({ ...rest, choices: distributionNames, ...(flag === undefined ? {} : { flag }) })
  return {
    ...named,
    kinds: ['training'],
    method: (distribution: TrainingDistribution) => distribution,
    problems: (value, path) => {
      const found = distributionOf(value)
      if (typeof found === 'object') return []
      const hint = "Write .distribution('torchrun'), or .distribution({ mpi: { processesPerMachine: 2 } })."
      return [{ path, value, message: found ?? 'has no policy that is turned on', hint }]
    },
    ...(named.flag === undefined ? {} : { flag: { ...named.flag, read: (given) => readText(given.at(-1)?.[0] ?? '') } }),
  }
}

// What is no JSON is a name, right or wrong: the check says which.
function readText(text: string): TrainingDistribution {
  if (!text.trimStart().startsWith('{')) return text as TrainingDistribution
  try {
    return JSON.parse(text) as TrainingDistribution
  } catch {
    return text as TrainingDistribution
  }
}
