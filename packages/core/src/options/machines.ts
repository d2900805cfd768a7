import { knownInstanceTypes, type InstanceType } from '../spec/instance-types.ts'
import { nearest } from './did-you-mean.ts'
import { InvalidTaskError } from './errors.ts'

const shape = /^ml\.[a-z0-9-]+\.([a-z0-9]+)$/
const knownSizes = new Set(knownInstanceTypes.map((type) => sizeOf(type)))

/** What to write instead of a text that does not look like a machine: `p3.2xlarge` → `ml.p3.2xlarge`. */
export function instanceTypeHint(value: unknown): string {
  const near =
    typeof value === 'string' ? nearest(value.startsWith('ml.') ? value : `ml.${value}`, knownInstanceTypes) : undefined
  return near === undefined ? "Write it as SageMaker does: 'ml.m5.large'." : `Did you mean ${near}?`
}

/** What is wrong with a text that looks like a machine. Types newer than this library pass: only a size that none has is refused. */
export function instanceTypeProblem(text: string): { readonly message: string } | undefined {
  const size = sizeOf(text)
  if (!text.startsWith('ml.') || knownSizes.has(size) || /^(metal|\d+xlarge)$/.test(size)) return undefined
  return { message: `is no instance type: there is no size ${size}` }
}

/**
 * An instance type that is only known at run time, or newer than this library: it is checked by its shape.
 *
 * @example task.instances(instanceType(process.env['MACHINE'] ?? 'ml.m5.large'))
 * @throws {InvalidTaskError} for a text that looks like no machine.
 */
export function instanceType(text: string): InstanceType {
  const isShaped = typeof text === 'string' && shape.test(text)
  const wrong = isShaped ? instanceTypeProblem(text) : { message: 'must be ml.<family>.<size>' }
  if (text !== 'local' && text !== 'local_gpu' && wrong !== undefined)
    throw new InvalidTaskError('instanceType', [{ path: 'instanceType', value: text, hint: instanceTypeHint(text), ...wrong }])
  return text as InstanceType
}

function sizeOf(type: string): string {
  return type.split('.')[2] ?? ''
}
