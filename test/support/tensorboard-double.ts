import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** A program `tensorboard` that says that it serves, and notes how it was started. */
export interface TensorboardDouble {
  /** The folder to put on the PATH. */
  readonly bin: string
  /** The value of an argument that it was given. */
  argument(name: string): string | undefined
  /** Its environment, as lines of NAME=VALUE. */
  environment(): readonly string[]
}

/** Makes one in this folder. `ends` are lines for a shell that it runs instead of serving. */
export function tensorboardDouble(folder: string, ends?: string): TensorboardDouble {
  const bin = join(folder, 'double')
  mkdirSync(bin)
  const served = 'echo "TensorBoard 2.99.0 at http://127.0.0.1:6006/ (Press CTRL+C to quit)" >&2\nexec sleep 1000'
  const script = `#!/bin/sh
env > ${join(bin, 'environment')}
printf '%s\\n' "$@" > ${join(bin, 'arguments.new')}
mv ${join(bin, 'arguments.new')} ${join(bin, 'arguments')}
${ends ?? served}
`
  writeFileSync(join(bin, 'tensorboard'), script)
  chmodSync(join(bin, 'tensorboard'), 0o755)
  const linesOf = (name: string): readonly string[] =>
    existsSync(join(bin, name)) ? readFileSync(join(bin, name), 'utf8').trim().split('\n') : []
  return {
    bin,
    argument: (name) => {
      const given = linesOf('arguments')
      return given.includes(name) ? given[given.indexOf(name) + 1] : undefined
    },
    environment: () => linesOf('environment'),
  }
}

/** Puts a folder in front of the PATH of this process; disposing it takes it away. */
export function onPath(folder: string): Disposable {
  const before = process.env['PATH'] ?? ''
  process.env['PATH'] = `${folder}:${before}`
  return { [Symbol.dispose]: () => void (process.env['PATH'] = before) }
}
