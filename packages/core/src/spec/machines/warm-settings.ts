/** What SageMaker compares when it looks for warm machines, as far as a request or a description says it. */
export interface WarmRequest {
  /** The role of the job. */
  readonly RoleArn?: string | undefined
  /** The machines and their disks. */
  readonly ResourceConfig?:
    | {
        /** Their type. */
        readonly InstanceType?: string | undefined
        /** Their number. */
        readonly InstanceCount?: number | undefined
        /** The size of their disks in GiB. */
        readonly VolumeSizeInGB?: number | undefined
        /** The key that encrypts their disks. */
        readonly VolumeKmsKeyId?: string | undefined
      }
    | undefined
  /** The network of the machines. */
  readonly VpcConfig?:
    | {
        /** Its subnets. */
        readonly Subnets?: readonly string[] | undefined
        /** Its security groups. */
        readonly SecurityGroupIds?: readonly string[] | undefined
      }
    | undefined
  /** Whether the program has no network. */
  readonly EnableNetworkIsolation?: boolean | undefined
  /** Whether the traffic between the machines is encrypted. */
  readonly EnableInterContainerTrafficEncryption?: boolean | undefined
}

/**
 * Setting → value, of all that must be equal for a job to get the machines that another one kept warm. What is not set is left out. Pure.
 *
 * Source: the matching criteria in SageMaker's guide to managed warm pools.
 */
export function warmSettings(request: WarmRequest): Readonly<Record<string, string>> {
  const { RoleArn, ResourceConfig: machines = {}, VpcConfig: network = {} } = request
  const settings: Readonly<Record<string, string | number | undefined>> = {
    role: RoleArn,
    'instance type': machines.InstanceType,
    'instance count': machines.InstanceCount,
    'volume size in GiB': machines.VolumeSizeInGB,
    'volume key': machines.VolumeKmsKeyId,
    subnets: listed(network.Subnets),
    'security groups': listed(network.SecurityGroupIds),
    'network isolation': request.EnableNetworkIsolation === true ? 'on' : undefined,
    'encrypted traffic': request.EnableInterContainerTrafficEncryption === true ? 'on' : undefined,
  }
  return Object.fromEntries(
    Object.entries(settings).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
  )
}

/** A list in an order of its own: the order of subnets means nothing. */
const listed = (names: readonly string[] = []): string | undefined =>
  names.length === 0 ? undefined : names.toSorted().join(', ')
