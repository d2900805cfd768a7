import type { TaskResult } from '@simple-sagemaker/core'
import type { Call } from '../../settings/call.ts'
import type { DownloadSummary } from '../../task/policy.ts'

/** What `run`, `shell` and `process` print with `--json`: one document, times as ISO 8601, spans in seconds. */
export function runDocument(
  { settings }: Call,
  result: TaskResult,
  downloaded: DownloadSummary | undefined,
  warnings: readonly string[],
): Readonly<Record<string, unknown>> {
  const outputs = Object.values(result.outputs).map(({ output, uri }) => [output, { uri }] as const)
  return {
    v: 1,
    status: 'completed',
    project: settings.values.project?.value,
    task: result.task,
    kind: result.kind,
    job: result.job,
    decision: result.decision,
    outputs: Object.fromEntries(outputs),
    metrics: result.metrics,
    phases: result.phases.map(({ name, startedAtMs, endedAtMs, message }) => ({
      name,
      startedAt: iso(startedAtMs),
      ...(endedAtMs === undefined ? {} : { endedAt: iso(endedAtMs) }),
      ...(message === undefined ? {} : { message }),
    })),
    seconds: result.seconds,
    attempts: result.attempts,
    cost: result.cost,
    billableSeconds: result.billableSeconds ?? null,
    savings: result.savings ?? null,
    downloaded: downloaded ?? null,
    warnings,
  }
}

/** A moment as text. */
export const iso = (ms: number): string => new Date(ms).toISOString()
