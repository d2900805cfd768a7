/** A program run by hand, outside a job: its files go into one folder, and its arguments are its hyperparameters. */

import { chmodSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { channelVariable, machineRootVariable, paths } from './contract.ts'

/** Environment variables by name; `process.env` has this shape. */
export type Environment = Readonly<Record<string, string | undefined>>

let made: string | undefined

/**
 * The folder that stands for the root of a machine when no job runs the program: `./.ssm/hand`, or a temporary one where that
 * cannot be made or belongs to another user. It is made, and told of on stderr, once. `undefined` in a job.
 */
export function folderByHand(env: Environment): string | undefined {
  if (isInJob(env)) return undefined
  if (made !== undefined && existsSync(made)) return made
  made = makeFolder()
  process.stderr.write(
    `worker-toolkit: no job runs this program; its folders are in ${made}, its arguments are its hyperparameters\n`,
  )
  return made
}

/** Whether a job runs this program. */
export function isInJob(env: Environment): boolean {
  if (env[machineRootVariable] !== undefined || env['SM_CURRENT_HOST'] !== undefined) return true
  return [paths.training.config, paths.processing.config].some((folder) => existsSync(`${folder}/resourceconfig.json`))
}

function makeFolder(): string {
  const folder = resolve('.ssm', 'hand')
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    for (const each of [dirname(folder), folder]) takeOwn(each)
    writeFileSync(join(folder, '.gitignore'), '*\n')
    return folder
  } catch {
    return mkdtempSync(join(tmpdir(), 'ssm-hand-'))
  }
}

/** State and results found there are believed, so it must be this user's, and stay so. Throws when it is somebody else's. */
function takeOwn(folder: string): void {
  const me = process.getuid?.()
  if (me === undefined) return
  const { uid, mode } = lstatSync(folder)
  if (uid !== me || statSync(folder).uid !== me) throw new Error(`${folder} belongs to another user`)
  if ((mode & 0o077) !== 0) chmodSync(folder, 0o700)
}

/** The channels outside a job, where nobody lists them: the folders below `data`, and what variables `SM_CHANNEL_<NAME>` name. */
export function channelsByHand(env: Environment, data: string): readonly string[] {
  const folders = existsSync(data) ? readdirSync(data).filter((name) => statSync(join(data, name)).isDirectory()) : []
  const known = new Set(folders.map(channelVariable))
  const named = Object.keys(env).filter((name) => /^SM_CHANNEL_./.test(name) && (env[name] ?? '') !== '' && !known.has(name))
  return [...folders, ...named.map((name) => name.slice('SM_CHANNEL_'.length).toLowerCase())].sort()
}

/** `--name value`, `--name=value` and `-n value`: text, as from the command line of a job. */
export function argumentsAsHyperparameters(args: readonly string[]): Readonly<Record<string, string>> {
  const found = new Map<string, string>()
  let open: string | undefined
  for (const argument of args) {
    const [, name, value] = /^(?:--(?=[^=])|-(?=[\p{L}_]))([^=]+)(?:=([^]*))?$/u.exec(argument) ?? []
    if (name !== undefined) {
      found.set(name, value ?? 'true')
      open = value === undefined ? name : undefined
    } else if (open !== undefined) {
      found.set(open, argument)
      open = undefined
    }
  }
  return Object.fromEntries(found)
}
