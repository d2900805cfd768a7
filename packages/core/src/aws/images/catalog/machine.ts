import { isAccelerated } from '../../../spec/instance-types.ts'
import type { FrameworkImage, GpuGeneration } from './catalog.ts'

export type Processor = 'cpu' | 'gpu' | 'trainium' | 'inferentia'

/** What a machine type computes with. */
export function processorOf(instanceType: string): Processor {
  if (instanceType === 'local_gpu') return 'gpu'
  const family = /^(?:ml\.)?([a-z]+)/.exec(instanceType)?.[1] ?? ''
  if (family.startsWith('trn')) return 'trainium'
  if (family.startsWith('inf')) return 'inferentia'
  return isAccelerated(instanceType) ? 'gpu' : 'cpu'
}

/** Machines with AWS's Graviton or NVIDIA's Grace: `ml.m7g`, `ml.c6gn`, `ml.g5g`, `ml.p6e-gb200`. */
export const isArm = (instanceType: string): boolean =>
  /^(?:ml\.)?(?:[a-z]+\d+g[a-z]*|[a-z]+\d*[a-z]*-gb\d+)\./.test(instanceType)

/** The generation of a machine's GPUs, where it is one that recent images leave out. */
export function gpuOf(instanceType: string): GpuGeneration {
  if (/^(?:ml\.)?p2\./.test(instanceType)) return 'kepler'
  return /^(?:ml\.)?p3(?:dn)?\./.test(instanceType) ? 'volta' : 'turing'
}

const generations: readonly GpuGeneration[] = ['kepler', 'volta', 'turing']

/** Whether an image's build has code for the GPUs of a machine. */
export const runsOn = (instanceType: string, { oldestGpu = 'kepler' }: FrameworkImage): boolean =>
  generations.indexOf(gpuOf(instanceType)) >= generations.indexOf(oldestGpu)
