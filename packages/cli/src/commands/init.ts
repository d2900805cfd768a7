import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import type { Call } from '../settings/call.ts'
import { exits } from '../grammar/exit-codes.ts'
import { usageError } from '../grammar/usage-error.ts'
import { version } from '../terminal/version.ts'
import { pathFrom } from '../terminal/context.ts'

/** `ssm init`: a small project that runs on this computer at once. Existing files are never touched. */
export async function init({ parsed, context, json, quiet }: Call): Promise<number> {
  const folder = pathFrom(context, parsed.positionals[0] ?? '.')
  const files = starterFiles(nameFor(folder))
  const there = Object.keys(files).filter((name) => existsSync(join(folder, name)))
  if (there.length > 0)
    throw usageError(
      `${there.join(', ')} ${there.length === 1 ? 'exists' : 'exist'} already; nothing was written`,
      'Name a new folder: ssm init DIR',
      { folder, files: there },
    )
  mkdirSync(folder, { recursive: true })
  // `wx`: whoever made the file since we looked keeps it.
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text, { flag: 'wx' })
  if (json) context.stdout.write(`${JSON.stringify({ v: 1, folder, files: Object.keys(files) })}\n`)
  else if (!quiet)
    context.stderr.write(
      `made ${Object.keys(files).join(', ')}\nnext: ${relative(context.cwd, folder) === '' ? '' : `cd ${relative(context.cwd, folder)} && `}npm install && npm start\n`,
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

function starterFiles(name: string): Readonly<Record<string, string>> {
  return {
    'package.json': `${JSON.stringify(
      {
        name,
        private: true,
        type: 'module',
        scripts: { start: 'tsx main.ts' },
        dependencies: { '@simple-sagemaker/core': `^${version}` },
        devDependencies: { '@simple-sagemaker/cli': `^${version}`, tsx: '^4.20.0' },
      },
      null,
      2,
    )}\n`,
    'ssm.config.json': `${JSON.stringify({ platform: 'local', project: name }, null, 2)}\n`,
    'main.ts': mainFile(name),
    'worker.py': workerFile,
    'README.md': readme(name),
    '.gitignore': 'node_modules/\n.ssm/\nout/\n',
  }
}

const mainFile = (name: string): string => `import { printEvents } from '@simple-sagemaker/cli/print'
import { project } from '@simple-sagemaker/core'

// 'local' runs on this computer; 'aws', the default, rents machines.
const ex = project('${name}', { platform: 'local' })

const count = ex.task('count').code('worker.py').instances('ml.m5.large').hyperparameters({ upTo: 10 }).metric('total', /total=([0-9]+)/)

const result = await count.run({ onEvent: printEvents() })
console.log(result.decision.kind, result.metrics)
await result.download('out')
`

const workerFile = `import os

from worker_toolkit import worker_lib

config = worker_lib.WorkerConfig()
total = sum(range(int(config.hps["upTo"]) + 1))
print(f"total={total}")

# Files written here are stored as the model.
with open(os.path.join(config.model_dir, "total.txt"), "w") as file:
    file.write(str(total))
`

const readme = (name: string): string => `# ${name}

\`\`\`sh
npm install
npm start                                                  # main.ts: runs worker.py, results in out/
npx ssm run -t count -e worker.py --hp-json upTo 10        # the same from the shell, with the settings of ssm.config.json
npx ssm why run -t count -e worker.py --hp-json upTo 11    # what a change would mean
npx ssm ps
\`\`\`

To rent machines instead, write \`platform: 'aws'\` in main.ts and ssm.config.json; \`npx ssm doctor\` shows what is missing.
`
