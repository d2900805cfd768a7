import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Call } from '../settings/call.ts'
import { exits } from '../grammar/exit-codes.ts'
import { initOptions } from '../grammar/tables/cli-options.ts'
import { usageError } from '../grammar/usage-error.ts'
import { valuesOf } from '../grammar/values.ts'
import { version } from '../terminal/version.ts'
import { pathFrom } from '../terminal/context.ts'
import { writeNewFile } from './write-files.ts'

/** `ssm init`: a small project that runs on this computer at once. Existing files are never touched. */
export async function init({ parsed, context, json, quiet }: Call): Promise<number> {
  const folder = pathFrom(context, parsed.positionals[0] ?? '.')
  const files = starterFiles(nameFor(folder), valuesOf(parsed, initOptions).template ?? 'script')
  const there = Object.keys(files).filter((name) => existsSync(join(folder, name)))
  if (there.length > 0)
    throw usageError(
      `${there.join(', ')} ${there.length === 1 ? 'exists' : 'exist'} already; nothing was written`,
      'Name a new folder: ssm init DIR',
      { folder, files: there },
    )
  for (const [name, text] of Object.entries(files)) {
    // Whoever made the file since we looked keeps it.
    writeNewFile(join(folder, name), text)
  }
  if (json) context.stdout.write(`${JSON.stringify({ v: 1, folder, files: Object.keys(files) })}\n`)
  else if (!quiet)
    context.stderr.write(
      `made ${Object.keys(files).join(', ')}\nnext: ${relative(context.cwd, folder) === '' ? '' : `cd ${relative(context.cwd, folder)} && `}${installLine} && npm start\n`,
    )
  return exits.done
}

function nameFor(folder: string): string {
  const name = basename(folder)
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^-+|-+$/g, '')
  return name === '' ? 'my-project' : name.slice(0, 60)
}

type Template = 'script' | 'pipeline' | 'service'

/** What a template's program imports beside core. */
const imports: Readonly<Record<Template, Readonly<Record<string, string>>>> = {
  script: {},
  pipeline: { '@simple-sagemaker/worker-toolkit': `^${version}`, valibot: '^1.5.0' },
  service: { '@simple-sagemaker/worker-toolkit': `^${version}` },
}

// Before the first release the packages come from a clone of the repository.
const installLine = version.startsWith('0.') ? 'npm install path/to/tarballs/*.tgz' : 'npm install'

// Two folders up from `src/commands` and from `dist/commands` alike.
const templates = fileURLToPath(new URL('../../templates/', import.meta.url))

const filled = (text: string, name: string): string => text.replaceAll('{{name}}', name).replaceAll('{{install}}', installLine)

function starterFiles(name: string, template: Template): Readonly<Record<string, string>> {
  const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`
  const folder = join(templates, template)
  const own = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort()
    .map((path): [string, string] => [path, filled(readFileSync(join(folder, path), 'utf8'), name)])
  return {
    'package.json': json({
      name,
      private: true,
      type: 'module',
      scripts: { start: 'tsx main.ts', check: 'tsc' },
      dependencies: { '@simple-sagemaker/core': `^${version}`, ...imports[template] },
      devDependencies: {
        '@simple-sagemaker/cli': `^${version}`,
        '@types/node': '^20.19.0',
        tsx: '^4.20.0',
        typescript: '^5.9.0',
      },
    }),
    'tsconfig.json': json({
      compilerOptions: {
        target: 'es2022',
        lib: ['es2023', 'esnext.disposable'],
        module: 'nodenext',
        types: ['node'],
        strict: true,
        noEmit: true,
        allowImportingTsExtensions: true,
      },
    }),
    'ssm.config.json': json({ platform: 'local', project: name }),
    '.gitignore': 'node_modules/\n.ssm/\nout/\n',
    ...Object.fromEntries(own),
  }
}
