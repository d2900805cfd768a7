import { SsmError } from '../errors/ssm-error.ts'
import { isDigest, isName, isVersion, isWheelFile } from './patterns.ts'

/** A package as a lock or an index has it, before it was checked. */
export interface Locked {
  readonly name: unknown
  readonly version: unknown
  readonly files: readonly unknown[]
  readonly digests: readonly unknown[]
}

/**
 * The requirements with digests of locked packages, one a line. Each part is checked, so that none can add a line or an option for pip.
 * @throws {SsmError} `WHEELS_MISSING` when a part is not what it should be.
 */
export function requirementsOf(packages: readonly Locked[], from: string): string {
  const lines = packages.map(({ name, version, files, digests }) => {
    if (!isName(name)) throw refused(from, name, 'is not a package name')
    if (!isVersion(version)) throw refused(from, version, `is not a version of ${name}`)
    const file = files.find((file) => !isWheelFile(file))
    if (file !== undefined) throw refused(from, file, `is not the file name of a wheel of ${name}`)
    if (digests.length === 0) throw refused(from, name, 'has no digest')
    const hashes = [...new Set(digests)].map((digest) => {
      if (!isDigest(digest)) throw refused(from, digest, `is not a digest of ${name}`)
      return `--hash=${digest}`
    })
    return `${name}==${version} ${hashes.toSorted().join(' ')}\n`
  })
  return [...new Set(lines)].toSorted().join('')
}

function refused(from: string, part: unknown, why: string): SsmError {
  return new SsmError('WHEELS_MISSING', `The packages of ${from} were not read: ${JSON.stringify(part) ?? 'nothing'} ${why}`, {
    hint: 'Make the lock anew with the program that writes it.',
    facts: { file: from },
  })
}
