import type { Platform } from '@simple-sagemaker/core'
import { openReporter } from '../render/open-reporter.ts'
import type { Reporter } from '../render/reporter.ts'
import type { Call } from '../settings/call.ts'
import { openPlatform } from '../settings/open-platform.ts'
import { abortOnSignal } from './abort-signal.ts'

/** What a command works with that looks at jobs or changes what is stored. */
export interface OpenedPlatform {
  readonly platform: Platform
  readonly reporter: Reporter
  /** Aborts when the user wants to leave. */
  readonly signal: AbortSignal
}

/** Opens the platform and what a command prints to, and closes both at its end, whatever that is. */
export async function withPlatform(call: Call, work: (opened: OpenedPlatform) => Promise<number>): Promise<number> {
  const { settings, context, json, quiet } = call
  const reporter = openReporter(context, { json, quiet, machines: 1 })
  for (const warning of call.warnings) reporter.warn(warning)
  await using platform = await openPlatform(settings, context, (text) => reporter.note(text))
  using interrupt = abortOnSignal(context)
  try {
    return await work({ platform, reporter, signal: interrupt.signal })
  } finally {
    reporter.close()
  }
}
