import type { Call } from '../../settings/call.ts'
import { exitCodes, exits } from '../../grammar/exit-codes.ts'
import { coloursFor } from '../../terminal/colours.ts'
import { openPlatform } from '../../settings/open-platform.ts'
import { abortOnSignal } from '../abort-signal.ts'
import { awsChecks } from './aws-checks.ts'
import { computerChecks } from './computer-checks.ts'
import type { Check } from './check.ts'

/** `ssm doctor`: checks everything that a run needs and prints how to fix what is missing. Changes nothing. */
export async function doctor(call: Call): Promise<number> {
  const { settings, context, json } = call
  using interrupt = abortOnSignal(context)
  const checks: Check[] = [...(await computerChecks(call, interrupt.signal))]
  if (settings.platform === 'aws') {
    await using platform = await openPlatform(settings, context, () => undefined)
    checks.push(...(await awsChecks(settings, platform, interrupt.signal)))
  }
  // Whoever left hears of no check that was cut short.
  interrupt.signal.throwIfAborted()
  const broken = checks.filter(({ status }) => status === 'missing')
  if (json) context.stdout.write(`${JSON.stringify({ v: 1, ok: broken.length === 0, platform: settings.platform, checks })}\n`)
  else context.stdout.write(checks.map((check) => checkText(check, coloursFor(context.stdout, context))).join(''))
  const code = broken.find((check) => check.code !== undefined)?.code
  return broken.length === 0 ? exits.done : code === undefined ? exits.failed : exitCodes[code]
}

function checkText({ name, status, detail, fix }: Check, colours: ReturnType<typeof coloursFor>): string {
  const mark = { ok: colours.green('✓'), note: colours.dim('·'), warning: colours.yellow('!'), missing: colours.red('✗') }[status]
  return `${mark} ${name.padEnd(12)} ${detail}\n${fix === undefined ? '' : `  ${' '.repeat(12)} ${colours.cyan('→')} ${fix}\n`}`
}
