import { dashed, offNames, type CommandSpec } from '../../grammar/command.ts'

/** Help as one JSON document: every command with its words, flags and examples. */
export function helpDocument(commands: readonly CommandSpec[]): Readonly<Record<string, unknown>> {
  return { v: 1, commands: commands.map(commandDocument) }
}

function commandDocument({
  name,
  summary,
  about,
  examples,
  positionals,
  groups,
  needs,
  extra,
}: CommandSpec): Readonly<Record<string, unknown>> {
  const options = groups.flatMap(({ title, options: shelf }) =>
    Object.entries(shelf).flatMap(([key, { flag, summary: means, default: fallback, choices }]) =>
      flag === undefined
        ? []
        : [
            {
              key,
              group: title,
              names: flag.names.map(dashed),
              off: offNames(flag).map(dashed),
              args: flag.args,
              repeats: flag.repeat === true,
              needed: needs.includes(key),
              summary: means,
              ...(fallback === undefined ? {} : { default: fallback }),
              ...(choices === undefined ? {} : { choices }),
            },
          ],
    ),
  )
  return { name, summary, ...(about === undefined ? {} : { about }), examples, words: positionals, extra, options }
}
