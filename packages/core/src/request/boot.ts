import { codeChannelPath, launcherFile, machineRootVariable, tamperedExitCode } from '@simple-sagemaker/worker-toolkit/contract'
import type { JobKind } from '../spec/job-kind.ts'
import type { CodeFacts } from './facts.ts'

/**
 * The first words on the machine: check that the launcher is the one this job was submitted with, then become it. Short,
 * because one container argument has at most 256 characters; `shasum` is macOS's name for the same tool.
 */
export function bootScript(kind: JobKind): string {
  const launcher = `$${machineRootVariable}${codeChannelPath(kind)}/${launcherFile}`
  return `l=${launcher};h=$( (sha256sum||shasum -a 256)<"$l" 2>/dev/null);case $h in "$1 "*)exec /bin/sh "$l" "$@";;esac;echo "ssm: $l was changed">&2;exit ${tamperedExitCode}`
}

/** The argument vector that starts a job: sha-256 of launcher, settings and bundle are pinned in the request itself. */
export function launchVector(kind: JobKind, code: CodeFacts): { readonly entrypoint: string[]; readonly args: string[] } {
  return {
    entrypoint: ['/bin/sh'],
    args: ['-c', bootScript(kind), 'ssm', code.launcherSha256, code.settingsSha256, code.bundleSha256],
  }
}
