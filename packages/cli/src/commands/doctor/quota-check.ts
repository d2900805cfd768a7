import { isSsmError } from '@simple-sagemaker/core'
import type { MachineQuota, MachineUse } from '@simple-sagemaker/core/aws'
import { resolvedOptions } from '@simple-sagemaker/core/options'
import { clientOptionsOf } from '../../settings/open-platform.ts'
import type { Settings } from '../../settings/settings.ts'
import { reasonsInLine } from '../../terminal/text.ts'
import type { Check } from './check.ts'

/** What is looked up, and how many of these machines a run asks for when its line says nothing else: 0 when none. */
export interface MachineNeed extends MachineUse {
  readonly machines: number
}

/**
 * How many machines the account may rent of the types that runs ask for here. Never `missing`: no run needs the permission
 * to ask, and a line can choose another type.
 */
export async function quotaCheck(settings: Settings, region: string, signal: AbortSignal): Promise<Check> {
  const needs = machineNeeds(settings.defaults)
  if (needs.length === 0) return { name: 'quotas', status: 'note', detail: 'runs with these settings rent no machine' }
  try {
    const { machineQuotas } = await import('@simple-sagemaker/core/aws')
    return quotaFinding(needs, await machineQuotas(needs, { ...clientOptionsOf(settings), signal }), region)
  } catch (cause) {
    const code = isSsmError(cause) ? { code: cause.code } : {}
    const hint = isSsmError(cause, 'PLATFORM_DENIED')
      ? `${cause.hintWith('') ?? ''} Or look yourself:`
      : 'See them in the console:'
    const fix = `${hint} ${quotaPage(region)}`
    return { name: 'quotas', status: 'note', detail: `not known: ${reasonsOf(cause)}`, fix, ...code }
  }
}

/** In one line; where nobody knows the service, the SDK tells of its difficulties with the answer, which help nobody. */
function reasonsOf(cause: unknown): string {
  const text = cause instanceof Error ? reasonsInLine(cause.message) : String(cause)
  return /\$response|Unexpected token/.test(text) ? 'the service did not answer' : text
}

/** The machines of these options, for every use that has a quota of its own; none when runs stay on this computer. */
export function machineNeeds(defaults: Settings['defaults']): readonly MachineNeed[] {
  const [training, processing] = [resolvedOptions('training', defaults), resolvedOptions('processing', defaults)]
  const { instanceType, instanceCount, spot } = training
  if (/^local(_gpu)?$/.test(instanceType)) return []
  return [
    { instanceType, use: 'training', machines: spot ? 0 : instanceCount },
    { instanceType, use: 'spot training', machines: spot ? instanceCount : 0 },
    { instanceType: processing.instanceType, use: 'processing', machines: processing.instanceCount },
  ]
}

/** What these quotas mean for these needs, with the page of each one that is too small. */
export function quotaFinding(needs: readonly MachineNeed[], quotas: readonly MachineQuota[], region: string): Check {
  const quotaOf = (need: MachineNeed): MachineQuota | undefined =>
    quotas.find(({ use, instanceType }) => use === need.use && instanceType === need.instanceType)
  const types = [...new Set(needs.map(({ instanceType }) => instanceType))]
  const detail = types.map((type) => {
    const uses = needs.filter(({ instanceType }) => instanceType === type)
    return `${type}: ${uses.map((need) => `${quotaOf(need)?.machines ?? 'no quota listed'} for ${need.use}`).join(', ')}`
  })
  const finding = { name: 'quotas', detail: detail.join('; ') }
  const short = needs.filter((need) => (quotaOf(need)?.machines ?? need.machines) < need.machines)
  if (short.length > 0) {
    const pages = short.map((need) => `for ${need.use} at ${quotaPage(region, quotaOf(need)?.code)}`)
    const asked = short.find(({ use }) => use === 'spot training')?.machines ?? Infinity
    const instead = quotas.some(({ use, machines }) => use === 'training' && machines >= asked) ? ' or run with --no_spot' : ''
    return { ...finding, status: 'warning', fix: `Ask for more ${pages.join(', and ')}${instead}` }
  }
  if (needs.every((need) => need.machines === 0 || quotaOf(need) !== undefined)) return { ...finding, status: 'ok' }
  const fix = `See what ${region} has at ${quotaPage(region)} and choose a type with --instance_type`
  return { ...finding, status: 'note', fix }
}

/** The console's page of one SageMaker quota, or of all of them. */
function quotaPage(region: string, code?: string): string {
  const host = consoles.find(([regions]) => regions.test(region))?.[1] ?? 'console.aws.amazon.com'
  return `https://${region}.${host}/servicequotas/home/services/sagemaker/quotas${code === undefined ? '' : `/${code}`}`
}

const consoles: readonly (readonly [RegExp, string])[] = [
  [/^cn-/, 'console.amazonaws.cn'],
  [/^us-gov-/, 'console.amazonaws-us-gov.com'],
]
