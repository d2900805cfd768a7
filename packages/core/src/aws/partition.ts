/** One of AWS's separate worlds: its name in ARNs and the end of its host names. */
export interface Partition {
  readonly name: string
  readonly dnsSuffix: string
}

const partitions: readonly (readonly [RegExp, Partition])[] = [
  [/^cn-/, { name: 'aws-cn', dnsSuffix: 'amazonaws.com.cn' }],
  [/^us-gov-/, { name: 'aws-us-gov', dnsSuffix: 'amazonaws.com' }],
  [/^us-iso-/, { name: 'aws-iso', dnsSuffix: 'c2s.ic.gov' }],
  [/^us-isob-/, { name: 'aws-iso-b', dnsSuffix: 'sc2s.sgov.gov' }],
  [/^us-isof-/, { name: 'aws-iso-f', dnsSuffix: 'csp.hci.ic.gov' }],
  [/^eu-isoe-/, { name: 'aws-iso-e', dnsSuffix: 'cloud.adc-e.uk' }],
  [/^eusc-/, { name: 'aws-eusc', dnsSuffix: 'amazonaws.eu' }],
]

/** The partition a region belongs to; `aws` unless its name says otherwise. */
export function partitionOf(region: string): Partition {
  return partitions.find(([names]) => names.test(region))?.[1] ?? { name: 'aws', dnsSuffix: 'amazonaws.com' }
}

/** The account that is called. */
export interface Account {
  readonly id: string
  readonly partition: string
}
