type Environment = Readonly<Record<string, string>>

/**
 * The settings of pip that say where packages come from and how to get there. All else of a computer's own settings is about its own
 * packages: a folder to install into, a user's folder, constraints, what may be built.
 */
const kept: ReadonlySet<string> = new Set(
  'index-url extra-index-url find-links no-index trusted-host proxy cert client-cert timeout default-timeout retries resume-retries cache-dir no-cache-dir keyring-provider use-feature use-deprecated'.split(
    ' ',
  ),
)

/** Whether a variable of pip's is one of these settings. */
export const isSourceVariable = (name: string): boolean =>
  name.startsWith('PIP_') && kept.has(name.slice('PIP_'.length).toLowerCase().replaceAll('_', '-'))

/** The arguments with which pip tells the settings of its files. */
export const listSettings: readonly string[] = ['config', 'list']

/**
 * The settings of pip's files that are kept, as variables, and that the files themselves are not read. What the environment says itself
 * stays.
 *
 * @param listed what pip told of its files; `undefined` when it could not: an old pip reads its files then
 * @param command of pip: its section of a file counts more than the general one
 */
export const settingsOfFiles = (listed: string | undefined, command: string, environment: Environment): Environment =>
  listed === undefined ? {} : { ...settingsIn(listed, command, environment), PIP_CONFIG_FILE: noFile }

// As Python calls it.
const noFile = process.platform === 'win32' ? 'nul' : '/dev/null'

/** The settings among the lines of `pip config list`, such as `global.index-url='https://…'`; those of the command count more. */
export function settingsIn(listed: string, command: string, environment: Environment): Environment {
  const found: Record<string, string> = {}
  const lines = [...listed.matchAll(/^([\w-]+)\.([\w-]+)=(.+)$/gm)]
  for (const section of ['global', command])
    for (const [, of, key = '', value = ''] of lines) {
      const name = `PIP_${key.toUpperCase().replaceAll('-', '_')}`
      const text = unquoted(value)
      if (of !== section || !isSourceVariable(name) || environment[name] !== undefined || text.trim() === '') continue
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
