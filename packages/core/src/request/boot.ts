import {
  bundleFile,
  codeChannelPath,
  launcherFile,
  machineRootVariable,
  settingsFile,
  tamperedExitCode,
} from '@simple-sagemaker/worker-toolkit/contract'
import type { JobKind } from '../spec/job-kind.ts'
import type { TaskSpec } from '../spec/task-spec.ts'
import type { CodeFacts } from './facts.ts'

/**
 * The first words on the machine: check that the launcher is the one this job was submitted with, then become it, and hand it
 * the digests of all three files, so that none is read twice. `$0` is the folder they lie in, `$4` what else may make digests, `$5` to `$7` are texts. A job's own
 * PATH may lack the system's folders. Short, because one container argument has at most 256 characters.
 */
export const bootScript = [
  `cd "$${machineRootVariable}$0"`,
  'PATH=${PATH:-/bin}:/usr/bin:/bin',
  `f="${launcherFile} ${settingsFile} ${bundleFile}"`,
  'h=$(sha256sum $f 2>&-||eval "$4")',
  `[ "\${h%% *}" = $1 ]&&exec /bin/sh "$PWD/${launcherFile}" $1 $2 $3 "$h"`,
  '[ "$h" ]||exit 127',
  'echo $7>&2',
  `exit ${tamperedExitCode}`,
].join(';')

/** Makes the digests where there is no `sha256sum`: `shasum` is macOS's. Else tells so, also where SageMaker looks for the reason of a failure. */
export const otherDigests =
  '{ shasum -a 256 $f||busybox sha256sum $f||openssl dgst -r -sha256 $f||python3 -c "$5" $f;} 2>&-' +
  `||{ echo "ssm: $6">&2;cd "$${machineRootVariable}/opt/ml/output"&&echo "$6">failure&&echo "$6">message;}`

const pythonDigests =
  'import hashlib,sys;[print(hashlib.sha256(open(name,"rb").read()).hexdigest()+"  "+name)for name in sys.argv[1:]]'

const withoutDigests =
  "none of sha256sum, shasum, busybox, openssl and python3 is in the image, and the job's code is checked by one of them. Add coreutils in a Dockerfile."

const changed = `ssm: ${launcherFile} was changed`

/** The argument vector that starts a job: sha-256 of launcher, settings and bundle are pinned in the request itself. */
export function launchVector(kind: JobKind, code: CodeFacts): { readonly entrypoint: string[]; readonly args: string[] } {
  const pins = [code.launcherSha256, code.settingsSha256, code.bundleSha256]
  return {
    entrypoint: ['/bin/sh'],
    args: ['-c', bootScript, codeChannelPath(kind), ...pins, otherDigests, pythonDigests, withoutDigests, changed],
  }
}

/** The type of machine, or the types in the order in which SageMaker tries them: it takes no list with spot. */
export function machineTypes<Type>({
  instanceType,
  fallbackTypes = [],
  spot,
}: Pick<TaskSpec, 'instanceType' | 'fallbackTypes' | 'spot'>):
  | { InstanceType: Type }
  | { InstancePreferences: { InstanceType: Type }[] } {
  // The check of the options has looked at their form; the SDK's list of types is older than some of them.
  if (fallbackTypes.length === 0 || spot) return { InstanceType: instanceType as Type }
  return { InstancePreferences: [instanceType, ...fallbackTypes].map((type) => ({ InstanceType: type as Type })) }
}
