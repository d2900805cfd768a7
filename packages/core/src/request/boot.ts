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
 * the digests of all three files, so that none is read twice. `$0` is the folder they lie in. A job's own PATH may lack the
 * system's folders. Short, because one container argument has at most 256 characters; `shasum` is macOS's name for the tool.
 */
export const bootScript = [
  `cd "$${machineRootVariable}$0"`,
  'PATH=${PATH:-/bin}:/usr/bin:/bin',
  `f="${launcherFile} ${settingsFile} ${bundleFile}"`,
  'h=$(sha256sum $f 2>&-)||h=$(shasum -a 256 $f)',
  `[ "\${h%% *}" = $1 ]&&exec /bin/sh "$PWD/${launcherFile}" "$@" "$h"`,
  `echo ssm: ${launcherFile} was changed>&2`,
  `exit ${tamperedExitCode}`,
].join(';')

/** The argument vector that starts a job: sha-256 of launcher, settings and bundle are pinned in the request itself. */
export function launchVector(kind: JobKind, code: CodeFacts): { readonly entrypoint: string[]; readonly args: string[] } {
  return {
    entrypoint: ['/bin/sh'],
    args: ['-c', bootScript, codeChannelPath(kind), code.launcherSha256, code.settingsSha256, code.bundleSha256],
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
