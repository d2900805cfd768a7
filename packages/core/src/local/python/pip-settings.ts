import { runProgram, type ProgramCall } from './run-program.ts'

type Environment = Readonly<Record<string, string>>

// What says where packages come from and how to get there. All else of this computer's files is about its own packages: a folder
// to install into, a user's folder, constraints.
const kept =
  'index-url extra-index-url find-links no-index trusted-host proxy cert client-cert timeout retries cache-dir no-cache-dir keyring-provider'.split(
    ' ',
  )

/**
 * The settings of pip's configuration files that say where packages come from, as variables, and that the files are not read. What
 * the environment says itself stays. Nothing when pip does not tell them: an old pip reads its files then.
 */
export async function pipSettings(pip: readonly string[], call: Omit<ProgramCall, 'argv'>): Promise<Environment> {
  const { code, stdout } = await runProgram({ ...call, argv: [...pip, 'config', 'list'] })
  return code === 0 ? { ...settingsIn(stdout, call.environment), PIP_CONFIG_FILE: '/dev/null' } : {}
}

/** The settings among the lines of `pip config list`, such as `global.index-url='https://…'`; those of the command count more. */
export function settingsIn(listed: string, environment: Environment): Environment {
  const found: Record<string, string> = {}
  const lines = [...listed.matchAll(/^(global|install)\.([\w-]+)=(.+)$/gm)]
  for (const section of ['global', 'install'])
    for (const [, of, key = '', value = ''] of lines) {
      const name = `PIP_${key.toUpperCase().replaceAll('-', '_')}`
      const text = unquoted(value)
      if (of !== section || !kept.includes(key.replaceAll('_', '-')) || environment[name] !== undefined || text.trim() === '')
        continue
      // Several values stand in several lines of a file, and with blanks between in a variable.
      found[name] = text
        .trim()
        .split(/\s*\n\s*/)
        .join(' ')
    }
  return found
}

/** A text as Python prints it: in single quotes, or in double quotes when it has a single one. */
const unquoted = (value: string): string =>
  value
    .trim()
    .slice(1, -1)
    .replaceAll(/\\(?:n|[\\'"])/g, (escape) => (escape === String.raw`\n` ? '\n' : escape.slice(1)))
