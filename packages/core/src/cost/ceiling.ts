import type { JobRequest } from '../platform/jobs.ts'
import type { MachinePrice } from '../spec/money/prices.ts'
import type { CostCeiling } from '../spec/money/cost.ts'
import type { JobKind } from '../spec/job-kind.ts'
import { notCounted } from './not-counted.ts'

/** Machines of one type. */
export interface MachineGroup {
  readonly instanceType: string
  readonly machines: number
}

/** What a job asks for, as far as it costs something. */
export interface RentedMachines {
  readonly use: JobKind
  /** One of these is taken; each is all the machines of a job. */
  readonly alternatives: readonly (readonly MachineGroup[])[]
  /** How long they may run. */
  readonly maxSeconds: number
  /** How long they may be kept warm afterwards; 0 for not at all. */
  readonly warmSeconds: number
}

/** SageMaker's own limit for a request that names none. */
const usualMaxSeconds = 86_400

/** The machines of a request, after every edit of it. */
export function machinesOf(request: JobRequest): RentedMachines {
  const maxSeconds = request.input.StoppingCondition?.MaxRuntimeInSeconds ?? usualMaxSeconds
  if (request.kind === 'processing') {
    const alternatives = alternativesIn(request.input.ProcessingResources?.ClusterConfig)
    return { use: 'processing', alternatives, maxSeconds, warmSeconds: 0 }
  }
  const resources = request.input.ResourceConfig
  const warmSeconds = resources?.KeepAlivePeriodInSeconds ?? 0
  return { use: 'training', alternatives: alternativesIn(resources), maxSeconds, warmSeconds }
}

interface Resources {
  readonly InstanceType?: string | undefined
  readonly InstanceCount?: number | undefined
  readonly InstancePreferences?:
    | readonly { readonly InstanceType?: string | undefined; readonly InstanceCount?: number | undefined }[]
    | undefined
  readonly InstanceGroups?:
    | readonly { readonly InstanceType?: string | undefined; readonly InstanceCount?: number | undefined }[]
    | undefined
}

function alternativesIn(resources: Resources = {}): RentedMachines['alternatives'] {
  const { InstanceType, InstanceCount, InstancePreferences = [], InstanceGroups = [] } = resources
  const group = (one: { InstanceType?: string | undefined; InstanceCount?: number | undefined }): readonly MachineGroup[] =>
    one.InstanceType === undefined ? [] : [{ instanceType: one.InstanceType, machines: one.InstanceCount ?? InstanceCount ?? 1 }]
  const alternatives =
    InstanceGroups.length > 0
      ? [InstanceGroups.flatMap(group)]
      : [...InstancePreferences, { InstanceType, InstanceCount }].map(group)
  return alternatives.filter((groups) => groups.length > 0)
}

/** Every type of machine that has to have a price. */
export const typesIn = ({ alternatives }: RentedMachines): readonly string[] => [
  ...new Set(alternatives.flat().map(({ instanceType }) => instanceType)),
]

/** The price of a type of machine, or why it is not known. */
export type PriceAnswer = MachinePrice | { readonly because: string }

export const isKnownPrice = (answer: PriceAnswer): answer is MachinePrice => 'usdPerHour' in answer

/** The most that these machines can cost: the dearest alternative for the whole time. Pure. */
export function ceilingOf(rented: RentedMachines, priceOf: (instanceType: string) => PriceAnswer): CostCeiling {
  const { alternatives, maxSeconds, warmSeconds } = rented
  if (alternatives.length === 0) return { kind: 'unknown', because: 'the request names no type of machine' }
  for (const type of typesIn(rented)) {
    const answer = priceOf(type)
    if (!isKnownPrice(answer)) return { kind: 'unknown', because: answer.because }
  }
  const price = (type: string): MachinePrice => {
    const answer = priceOf(type)
    return isKnownPrice(answer) ? answer : { usdPerHour: 0, from: '' }
  }
  const hourly = (groups: readonly MachineGroup[]): number =>
    groups.reduce((sum, { instanceType, machines }) => sum + price(instanceType).usdPerHour * machines, 0)
  const dearest = alternatives.reduce((most, groups) => (hourly(groups) > hourly(most) ? groups : most))
  const type = dearest
    .map(({ instanceType }) => instanceType)
    .reduce((most, one) => (price(one).usdPerHour > price(most).usdPerHour ? one : most))
  const { usdPerHour, from, asOf } = price(type)
  return {
    kind: 'known',
    ceilingUsd: (hourly(dearest) * maxSeconds) / 3_600,
    warmCeilingUsd: (hourly(dearest) * warmSeconds) / 3_600,
    usdPerHour,
    instanceType: type,
    machines: dearest.reduce((sum, { machines }) => sum + machines, 0),
    maxSeconds,
    pricesFrom: from,
    ...(asOf === undefined ? {} : { pricesAsOf: asOf }),
    notCounted: notCounted(usdPerHour),
  }
}
