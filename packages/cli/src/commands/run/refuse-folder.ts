import { statSync } from 'node:fs'
import { taskOptions } from '@simple-sagemaker/core/options'
import { assertDownloadable } from '@simple-sagemaker/core/jobs'
import { planOptions } from '../../grammar/tables/cli-options.ts'
import { callOptions, projectOptions } from '../../grammar/tables/run-options.ts'
import type { Parsed } from '../../grammar/parsed.ts'
import { usageError } from '../../grammar/usage-error.ts'
import { textsOf, valuesOf } from '../../grammar/values.ts'
import type { Call } from '../../settings/call.ts'
import { downloadsOf, runPolicyOf, unpacks } from '../../task/policy.ts'
import { pathFrom } from '../../terminal/context.ts'

/** `--detach` was given. */
export const isDetached = (parsed: Parsed): boolean => valuesOf(parsed, planOptions).detach === true

/**
 * Refuses an output folder that cannot be one before a job costs anything.
 * @throws {SsmError} `USAGE`, and `STORAGE_DENIED` for what is in the way of the download.
 */
export function refuseFolder({ parsed, context, command, settings }: Call): void {
  const { outputPath } = valuesOf(parsed, { outputPath: callOptions.outputPath })
  if (outputPath === undefined) return
  if (isDetached(parsed))
    throw usageError(
      '--detach returns before there is anything to download, so it cannot be combined with -o',
      'Download later with ssm data -o DIR.',
    )
  const folder = pathFrom(context, outputPath)
  if (kindAt(folder) === 'file')
    throw usageError(`${outputPath} is a file, or below one: nothing can be saved there`, 'Give -o the name of a folder.', {
      path: outputPath,
    })
  const { force, clean } = runPolicyOf(parsed)
  assertDownloadable(folder, {
    project: settings.values.project?.value ?? '',
    task: valuesOf(parsed, { task: projectOptions.task }).task ?? '',
    only: partsOf(parsed).filter((part) => part !== 'model' || command.name !== 'process'),
    unpack: unpacks(parsed),
    machines: machinesOf(parsed, settings.defaults.instanceCount),
    isNewJob: force === true || clean === true,
  })
}

/** The parts that follow `-o`, with the outputs that a processing task names itself. */
function partsOf(parsed: Parsed): readonly string[] {
  const parts = downloadsOf(parsed)
  return parts.includes('output') ? [...parts, ...textsOf(parsed, 'outputAt').map(([name = '']) => name)] : parts
}

function machinesOf(parsed: Parsed, usual: number | undefined): number {
  const { instanceCount } = valuesOf(parsed, { instanceCount: taskOptions.instanceCount })
  return instanceCount ?? usual ?? 1
}

function kindAt(path: string): 'file' | 'other' {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() === true ? 'file' : 'other'
  } catch (cause) {
    return cause instanceof Error && 'code' in cause && cause.code === 'ENOTDIR' ? 'file' : 'other'
  }
}
