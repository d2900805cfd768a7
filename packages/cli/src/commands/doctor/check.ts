import type { ErrorCode } from '@simple-sagemaker/core'

/** One thing a run needs, and how it is. */
export interface Check {
  readonly name: string
  /** `note` is neither good nor bad, `warning` may matter, `missing` stops a run. */
  readonly status: 'ok' | 'note' | 'warning' | 'missing'
  readonly detail: string
  /** What mends it. */
  readonly fix?: string
  readonly code?: ErrorCode
}
