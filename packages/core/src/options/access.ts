import { flag, list, text } from './option-types.ts'

const kmsKey = { longest: 2_048, pattern: /^[a-zA-Z0-9:/_-]+$/, shape: 'the id, ARN or alias of a KMS key' }

/** Who the job is, what it may reach, and how its data is locked. */
export const accessOptions = {
  /** An IAM role of your own for the job, by name or ARN; it is used unchanged. Default: one made for the project with the least rights. */
  role: text({
    summary:
      'An IAM role of your own for the job, by name or ARN; it is used unchanged. Default: one made for the project with the least rights.',
    source: 'RoleArn',
    method: (nameOrArn: string) => nameOrArn,
    longest: 2_048,
    pattern: /^(arn:aws[a-z-]*:iam::\d{12}:role\/?[a-zA-Z_0-9+=,.@\-_/]+|[a-zA-Z_0-9+=,.@-]+)$/,
    shape: 'the name or ARN of a role',
    flag: { names: ['role'], args: ['ROLE'] },
  }),
  /** The KMS key that encrypts the outputs of the job. */
  outputKmsKey: text({
    summary: 'The KMS key that encrypts the outputs of the job.',
    source: 'OutputDataConfig.KmsKeyId',
    ignoredLocally: true,
    method: (key: string) => key,
    ...kmsKey,
    flag: { names: ['output_kms_key'], args: ['KEY'] },
  }),
  /** The KMS key that encrypts the machines' disks; machines with NVMe disks refuse one. */
  volumeKmsKey: text({
    summary: "The KMS key that encrypts the machines' disks; machines with NVMe disks refuse one.",
    source: 'ResourceConfig.VolumeKmsKeyId',
    ignoredLocally: true,
    method: (key: string) => key,
    ...kmsKey,
    flag: { names: ['volume_kms_key'], args: ['KEY'] },
  }),
  /** The subnets of your VPC that the machines are in, 1 to 16; with `securityGroups`. */
  subnets: list({
    summary: 'The subnets of your VPC that the machines are in, 1 to 16; with `securityGroups`.',
    source: 'VpcConfig.Subnets',
    ignoredLocally: true,
    method: (ids: readonly string[]) => ids,
    most: 16,
    entry: (id) => (/^[-0-9a-zA-Z]{1,32}$/.test(id) ? undefined : "must be an id such as 'subnet-0a1b2c3d'"),
    flag: { names: ['subnets'], args: ['ID...'], repeat: true },
  }),
  /** The security groups of the machines, 1 to 5; with `subnets`. */
  securityGroups: list({
    summary: 'The security groups of the machines, 1 to 5; with `subnets`.',
    source: 'VpcConfig.SecurityGroupIds',
    ignoredLocally: true,
    method: (ids: readonly string[]) => ids,
    most: 5,
    entry: (id) => (/^[-0-9a-zA-Z]{1,32}$/.test(id) ? undefined : "must be an id such as 'sg-0a1b2c3d'"),
    flag: { names: ['security_groups'], args: ['ID...'], repeat: true },
  }),
  /** Whether the machines have no network at all, not even S3; SageMaker still transfers inputs and outputs. */
  networkIsolation: flag({
    summary: 'Whether the machines have no network at all, not even S3; SageMaker still transfers inputs and outputs.',
    source: 'EnableNetworkIsolation',
    ignoredLocally: 'processes',
    default: false,
    flag: { names: ['network_isolation'] },
  }),
  /** Whether the traffic between the machines of a job is encrypted; slower. */
  encryptTraffic: flag({
    summary: 'Whether the traffic between the machines of a job is encrypted; slower.',
    source: 'EnableInterContainerTrafficEncryption',
    ignoredLocally: true,
    default: false,
    flag: { names: ['encrypt_traffic'] },
  }),
}
