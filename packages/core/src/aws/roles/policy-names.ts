import { SsmError } from '../../errors/ssm-error.ts'

interface Rule {
  readonly pattern: RegExp
  readonly of: string
}

const plainName: Rule = { pattern: /^[A-Za-z0-9][\w.-]*$/, of: 'letters, digits, ".", "_" and "-"' }
const rules = {
  project: plainName,
  bucket: plainName,
  region: { pattern: /^[a-z]+(-[a-z]+)+-\d+$/, of: 'the name of a region, as eu-west-1' },
  account: { pattern: /^\d{12}$/, of: 'an account id, twelve digits' },
  role: { pattern: /^(arn:[\w-]+:iam::\d{12}:role\/)?[\w+=,.@/-]+$/, of: 'the name of a role, its path and name, or its ARN' },
  permissionsBoundary: { pattern: /^arn:[\w-]+:iam::(\d{12}|aws):policy\/[\w+=,.@/-]+$/, of: 'the ARN of a managed policy' },
  // Signs that IAM reads as wildcards would be taken literally here, and grant something else than was meant.
  prefix: { pattern: /^(?![^]*\$\{)[^*?]*$/, of: 'a key prefix without "*", "?" and "${"' },
  inputs: {
    pattern: /^s3:\/\/[A-Za-z0-9][\w.-]*(\/(?![^]*\$\{)[^*?]*)?$/,
    of: 's3://bucket/key or s3://bucket/folder/ without "*", "?" and "${"',
  },
  repositories: { pattern: /^[a-z0-9][a-z0-9._/-]*$/, of: 'the name of a repository' },
  images: { pattern: /^[\w.:/@-]+$/, of: 'the URI of an image' },
  kmsKeys: { pattern: /^[\w:/-]+$/, of: 'the id, ARN or alias of a key' },
} as const satisfies Readonly<Record<string, Rule>>

/**
 * A name that IAM would read as a pattern or a variable would grant more than it says: nothing of the kind is put into a policy.
 *
 * @throws {SsmError} `USAGE` with all names that are none.
 */
export function assertPlainNames(options: object): void {
  const problems = Object.entries(rules).flatMap(([name, rule]) => {
    const given: unknown = Reflect.get(options, name)
    return (Array.isArray(given) ? given : [given])
      .filter((value: unknown) => value !== undefined && !(typeof value === 'string' && rule.pattern.test(value)))
      .map((value: unknown) => `${name} ${JSON.stringify(value)} is not ${rule.of}`)
  })
  if (problems.length > 0)
    throw new SsmError('USAGE', `These policies cannot be written: ${problems.join('; ')}`, {
      hint: 'Name each thing in full: IAM reads "*", "?" and "${" as patterns.',
      facts: { problems },
    })
}
