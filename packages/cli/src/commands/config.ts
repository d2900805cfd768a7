import type { Call } from '../call.ts'
import { exits } from '../exit-codes.ts'
import { configOptions } from '../grammar/own-options.ts'
import { valuesOf } from '../grammar/values.ts'
import { table } from '../render/text.ts'
import { settingNames } from '../settings/config-file.ts'
import { localRoot } from '../settings/open.ts'

interface Row {
  readonly name: string
  readonly value: string
  readonly origin: string
}

/** `ssm config`: the settings that hold here, and where they come from. */
export async function config(call: Call): Promise<number> {
  const { settings, world, json, parsed } = call
  const { showOrigin } = valuesOf(parsed, configOptions)
  const rows = settingRows(call)
  if (json) {
    const said = Object.fromEntries(rows.map(({ name, ...rest }) => [name, rest]))
    world.stdout.write(`${JSON.stringify({ v: 1, settings: said, defaults: settings.defaults, files: settings.files })}\n`)
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
  world.stdout.write(table(head, shown))
  return exits.done
}

function settingRows({ settings, world }: Call): readonly Row[] {
  const said = settingNames.flatMap((name): readonly Row[] => {
    const setting = settings.values[name]
    if (setting !== undefined) return [{ name, ...setting }]
    return name === 'platform' ? [{ name, value: settings.platform, origin: 'default' }] : []
  })
  const named = (world.env['SSM_LOCAL_DIR'] ?? '') !== ''
  return [...said, { name: 'localDir', value: localRoot(world), origin: named ? 'variable SSM_LOCAL_DIR' : 'default' }]
}
