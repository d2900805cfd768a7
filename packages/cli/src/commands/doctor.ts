import type { Call } from '../call.ts'
import { exitCodes, exits } from '../exit-codes.ts'
import { paintFor } from '../render/paint.ts'
import { openPlatform } from '../settings/open.ts'
import { signalOf } from './signal.ts'
import { awsChecks } from './doctor/aws-checks.ts'
import { computerChecks } from './doctor/computer-checks.ts'
import type { Check } from './doctor/check.ts'

/** `ssm doctor`: looks at everything a run needs and says how to mend what is missing. Changes nothing. */
export async function doctor(call: Call): Promise<number> {
  const { settings, world, json } = call
  using leaving = signalOf(world)
  const checks: Check[] = [...(await computerChecks(call, leaving.signal))]
  if (settings.platform === 'aws') {
    await using platform = await openPlatform(settings, world, () => undefined)
    checks.push(...(await awsChecks(settings, platform, leaving.signal)))
  }
  // Whoever left hears of no check that was cut short.
  leaving.signal.throwIfAborted()
  const broken = checks.filter(({ status }) => status === 'missing')
  if (json) world.stdout.write(`${JSON.stringify({ v: 1, ok: broken.length === 0, platform: settings.platform, checks })}\n`)
  else world.stdout.write(checks.map((check) => checkText(check, paintFor(world.stdout, world))).join(''))
  const code = broken.find((check) => check.code !== undefined)?.code
  return broken.length === 0 ? exits.done : code === undefined ? exits.failed : exitCodes[code]
}

function checkText({ name, status, detail, fix }: Check, colours: ReturnType<typeof paintFor>): string {
  const mark = { ok: colours.green('✓'), note: colours.dim('·'), warning: colours.yellow('!'), missing: colours.red('✗') }[status]
  return `${mark} ${name.padEnd(12)} ${detail}\n${fix === undefined ? '' : `  ${' '.repeat(12)} ${colours.cyan('→')} ${fix}\n`}`
}
