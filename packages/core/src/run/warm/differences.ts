import { newJobName } from '../../names/job-name.ts'
import { layoutOf } from '../../names/layout.ts'
import { trainingRequest } from '../../request/training.ts'
import { warmSettings } from '../../spec/machines/warm-settings.ts'
import type { TaskSpec } from '../../spec/task-spec.ts'
import type { WarmDifference } from '../plan.ts'

type Settings = Readonly<Record<string, string>>

/** What would have to be equal and is not. Pure. */
export function warmDifferences(there: Settings, here: Settings): readonly WarmDifference[] {
  return [...new Set([...Object.keys(there), ...Object.keys(here)])].flatMap((setting) => {
    const [one, other] = [there[setting], here[setting]]
    if (one === other) return []
    return [{ setting, ...(one === undefined ? {} : { there: one }), ...(other === undefined ? {} : { here: other }) }]
  })
}

/** `instance type is ml.g5.xlarge there and ml.m5.large here`. */
export const differencesText = (differences: readonly WarmDifference[]): string =>
  differences
    .map(({ setting, there = 'not set', here = 'not set' }) => `${setting} is ${there} there and ${here} here`)
    .join('; ')

/** Tasks that this one needs and that keep machines warm which it cannot get, though it keeps its own warm, too. Pure. */
export function unlikeUpstream(spec: TaskSpec): readonly string[] {
  if (!keepsWarm(spec)) return []
  const needed = spec.inputs.flatMap(({ source }) => (source.kind === 'upstream' ? [source.spec] : []))
  return needed.filter(keepsWarm).flatMap((before) => {
    const differences = warmDifferences(settingsOf(before), settingsOf(spec))
    if (differences.length === 0) return []
    return [`the machines that ${before.task} keeps warm do not fit ${spec.task}: ${differencesText(differences)}`]
  })
}

const keepsWarm = ({ keepAliveSeconds = 0 }: TaskSpec): boolean => keepAliveSeconds > 0

/** What its request says, as far as the spec decides it. */
function settingsOf(spec: TaskSpec): Settings {
  const job = newJobName(spec.task, 0)
  const facts = {
    job,
    layout: layoutOf({ ...spec, bucket: 'any' }),
    imageUri: '',
    inputs: [],
    fingerprint: '',
    hasState: false,
    version: '',
  }
  return warmSettings(trainingRequest(spec, { ...facts, roleArn: spec.role ?? '' }))
}
