import { inJavaScript } from '../../lang/python/expression.ts'
import { jobName, type JobName } from '../../names/job-name.ts'
import { objectUri, type ObjectUri } from '../../names/object-uri.ts'
import { PlatformError } from '../../platform/errors.ts'

// The parts of a request, each read and checked in one place.

/** The argument vector of the program. */
export function argvOf(
  entrypoint: readonly string[] | undefined,
  args: readonly string[] | undefined,
): { readonly argv: readonly string[]; readonly usesOwnProgram?: boolean } {
  if (entrypoint !== undefined && entrypoint.length > 0) return { argv: [...entrypoint, ...(args ?? [])] }
  throw unsupported(
    'the job runs its image’s own program, and the local platform runs processes, not images',
    'Give the task code of its own, run it in a container, or run it on AWS.',
  )
}

/** SageMaker's training toolkit as it is installed on this computer, which runs the requests of script mode. */
export const toolkitArgv: readonly string[] = [
  '/bin/sh',
  '-c',
  'command -v train >/dev/null || { echo "ssm: the program train is not on the PATH: install sagemaker-training into the Python of this job, or run it in a container" >&2; exit 127; }; exec train',
]

/** The same in a container, which can run the program of its image. */
export const imageArgvOf: typeof argvOf = (entrypoint, args) =>
  entrypoint === undefined || entrypoint.length === 0 ? { argv: args ?? [], usesOwnProgram: true } : argvOf(entrypoint, args)

/** The environment, if every name is one that a shell knows too. */
export function environmentOf(environment: Readonly<Record<string, string>> | undefined): Readonly<Record<string, string>> {
  for (const [name, value] of Object.entries(environment ?? {})) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) || value.includes('\0'))
      throw refused(`'${name}' cannot be an environment variable`)
  }
  return environment ?? {}
}

/** `algo-1`, `algo-2`, … */
export function hostsOf(count: number | undefined): readonly string[] {
  if (count === undefined || !Number.isInteger(count) || count < 1)
    throw refused(`${count ?? 'no number'} is not a number of machines`)
  return Array.from({ length: count }, (_, index) => `algo-${index + 1}`)
}

/** A time limit; a day when none is said. */
export function limitSeconds(seconds: number | undefined): number {
  if (seconds === undefined) return 86_400
  if (!Number.isInteger(seconds) || seconds < 1) throw refused(`${seconds} is not a number of seconds to run`)
  return seconds
}

/** A metric’s expression, in the spelling of JavaScript or of Python. */
export function expressionOf(name: string | undefined, regex = ''): string {
  try {
    new RegExp(inJavaScript(regex))
    return regex
  } catch (cause) {
    throw refused(`the pattern of metric '${name ?? ''}' is no regular expression`, cause)
  }
}

/** A job’s name. */
export function nameOf(name: string | undefined): JobName {
  try {
    return jobName(name ?? '')
  } catch (cause) {
    throw refused(`'${name ?? ''}' is not a job name`, cause)
  }
}

/** An S3 address; `what` names it in the error. */
export function uriOf(uri: string | undefined, what: string): ObjectUri {
  try {
    return objectUri(uri ?? '')
  } catch (cause) {
    throw refused(`${what} has no S3 address`, cause)
  }
}

/** An absolute path without a last slash that stays where it says. */
export function pathOf(path: string | undefined): string {
  if (path === undefined || !path.startsWith('/') || path.split('/').includes('..'))
    throw refused(`'${path ?? ''}' is not an absolute path`)
  return path.replace(/(?<=.)\/+$/, '')
}

/** What SageMaker would refuse too. */
export const refused = (why: string, cause?: unknown): PlatformError =>
  new PlatformError('PLATFORM_REFUSED', `The request is not valid: ${why}`, { cause })

/** What processes cannot do. */
export const unsupported = (why: string, hint: string): PlatformError =>
  new PlatformError('PLATFORM_UNSUPPORTED', `The local platform cannot run this job: ${why}`, { hint })
