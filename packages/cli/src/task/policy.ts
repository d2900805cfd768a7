import { callOptions } from '../grammar/tables/run-options.ts'
import type { Parsed } from '../grammar/parsed.ts'
import { valuesOf } from '../grammar/values.ts'

/** How this call runs the task: what `--force_running`, `--clean_state` and `--keep_state` mean. */
export function runPolicyOf(parsed: Parsed): { readonly force?: boolean; readonly clean?: boolean; readonly skip?: 'completed' } {
  const { force, clean, keep } = valuesOf(parsed, callOptions)
  return {
    ...(force === true ? { force } : {}),
    ...(clean === true ? { clean } : {}),
    ...(keep === true ? { skip: 'completed' as const } : {}),
  }
}

/** What `-o` downloads: the logs always, the rest when a flag asks for it. */
export function downloadsOf(parsed: Parsed): readonly ('logs' | 'state' | 'model' | 'output')[] {
  const { downloadState, downloadModel, downloadOutput } = valuesOf(parsed, callOptions)
  return [
    'logs',
    ...(downloadState === true ? (['state'] as const) : []),
    ...(downloadModel === true ? (['model'] as const) : []),
    ...(downloadOutput === true ? (['output'] as const) : []),
  ]
}

/** The outputs that a processing task names itself: they come with the output. */
export const namedOutputs = (outputs: object): readonly string[] =>
  Object.keys(outputs).filter((name) => !['model', 'output', 'state', 'source'].includes(name))

/** Whether the archives in it arrive unpacked. */
export function unpacks(parsed: Parsed): boolean {
  return valuesOf(parsed, { noUnpack: callOptions.noUnpack }).noUnpack !== true
}

/** What a download brought: the folder as it was typed, and the number of files by part. */
export interface DownloadSummary {
  readonly folder: string
  readonly files: Readonly<Partial<Record<string, number>>>
}
