import type { Call } from '../settings/call.ts'
import { exits } from '../grammar/exit-codes.ts'
import { configOptions } from '../grammar/tables/small-options.ts'
import { valuesOf } from '../grammar/values.ts'
import { table } from '../terminal/text.ts'
import { settingNames } from '../settings/config-file.ts'
import { localRoot } from '../settings/open-platform.ts'

interface Row {
  readonly name: string
  readonly value: string
  readonly origin: string
}

/** `ssm config`: the settings that hold here, and where they come from. */
export async function config(call: Call): Promise<number> {
  const { settings, context, json, parsed } = call
  const { showOrigin } = valuesOf(parsed, configOptions)
  const rows = settingRows(call)
  if (json) {
    const shown = Object.fromEntries(rows.map(({ name, ...rest }) => [name, rest]))
    context.stdout.write(`${JSON.stringify({ v: 1, settings: shown, defaults: settings.defaults, files: settings.files })}\n`)
    return exits.done
  }
  const origin = settings.files.join(', ')
  const defaults = Object.entries(settings.defaults).map(([name, value]) => ({
    name: `defaults.${name}`,
    value: JSON.stringify(value),
    origin,
  }))
  const head = ['SETTING', 'VALUE', ...(showOrigin === true ? ['FROM'] : [])]
  const shown = [...rows, ...defaults].map((row) => [row.name, row.value, ...(showOrigin === true ? [row.origin] : [])])
  context.stdout.write(table(head, shown))
  return exits.done
}

function settingRows({ settings, context }: Call): readonly Row[] {
  return settingNames.flatMap((name): readonly Row[] => {
    const setting = settings.values[name]
    if (setting !== undefined)
      return [{ name, ...setting, ...(name === 'localDir' ? { value: localRoot(settings, context) } : {}) }]
    if (name === 'localDir') return [{ name, value: localRoot(settings, context), origin: 'default' }]
    return name === 'platform' ? [{ name, value: settings.platform, origin: 'default' }] : []
  })
}
