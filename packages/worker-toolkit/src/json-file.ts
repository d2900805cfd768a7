/** JSON files that a reader sees whole or not at all. */

import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname, isAbsolute, join, normalize, sep } from 'node:path'
import { randomUUID } from 'node:crypto'

/** What JSON can hold. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

/**
 * Writes a value as JSON under `folder`, whole or not at all; folders on the way are made.
 * @throws {TypeError} when the value holds something JSON has no word for (a function, NaN, undefined in a list, a Map …);
 *   the message gives the place.
 */
export async function writeJson(folder: string, name: string, value: Json): Promise<void> {
  const text = `${JSON.stringify(asJson(value, 'value'))}\n`
  await writeWhole(pathInside(folder, name), [text])
}

/**
 * The same for a file with a value on each line.
 * @throws {TypeError} as `writeJson`, with the number of the line.
 */
export async function writeJsonLines(folder: string, name: string, values: Iterable<Json> | AsyncIterable<Json>): Promise<void> {
  async function* lines(): AsyncGenerator<string> {
    let number = 0
    for await (const value of values) yield `${JSON.stringify(asJson(value, `line ${++number}`))}\n`
  }
  await writeWhole(pathInside(folder, name), lines())
}

async function writeWhole(file: string, texts: Iterable<string> | AsyncIterable<string>): Promise<void> {
  const unfinished = join(dirname(file), `.${randomUUID()}.unfinished`)
  await mkdir(dirname(file), { recursive: true })
  try {
    const handle = await open(unfinished, 'wx')
    try {
      for await (const text of texts) await handle.writeFile(text)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(unfinished, file)
  } catch (cause) {
    await rm(unfinished, { force: true })
    throw cause
  }
}

/**
 * Reads a JSON file under `folder`; `undefined` when it does not exist.
 * @throws {Error} when it does not hold JSON.
 */
export async function readJson(folder: string, name: string): Promise<Json | undefined> {
  const file = pathInside(folder, name)
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    if (isMissing(cause)) return undefined
    throw cause
  })
  if (text === undefined) return undefined
  try {
    // JSON.parse gives JSON values only.
    return JSON.parse(text) as Json
  } catch (cause) {
    throw new Error(`${file} does not hold JSON`, { cause })
  }
}

/**
 * A name as a path under `folder`.
 * @throws {TypeError} for an empty or absolute name, or one that leaves the folder.
 */
export function pathInside(folder: string, name: string): string {
  const clean = normalize(name)
  if (name === '' || clean === '.' || isAbsolute(name) || clean === '..' || clean.startsWith(`..${sep}`)) {
    throw new TypeError(`'${name}' is not the name of a file inside ${folder}`)
  }
  return join(folder, clean)
}

function isMissing(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === 'ENOENT'
}

/**
 * A value as JSON has it, without the optional fields that are not set.
 * @throws {TypeError} when it holds something JSON has no word for; the message gives the place.
 */
export function asJson(value: unknown, place: string): Json {
  return checked(value, place, new Set())
}

// JSON.stringify would drop or bend what it has no word for, and say nothing.
function checked(value: unknown, place: string, above: Set<unknown>): Json {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number' && Number.isFinite(value)) return value
  if (typeof value !== 'object') throw noJson(value, place)
  if (above.has(value)) throw new TypeError(`${place} holds itself, which JSON cannot represent`)
  const inside = new Set(above).add(value)
  if (Array.isArray(value)) return Array.from(value, (item: unknown, at) => checked(item, `${place}[${at}]`, inside))
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) throw noJson(value, place)
  // Whoever copies it key by key would change a prototype, and whoever reads results of jobs refuses it.
  if (Object.hasOwn(value, '__proto__')) throw new TypeError(`${place} has a key "__proto__", which is refused`)
  // An optional field that is not set is the same as an absent one.
  const fields = Object.entries(value).filter(([, item]) => item !== undefined)
  return Object.fromEntries(fields.map(([key, item]) => [key, checked(item, `${place}.${key}`, inside)]))
}

function noJson(value: unknown, place: string): TypeError {
  const what = typeof value === 'object' && value !== null ? `a ${value.constructor.name}` : String(value)
  return new TypeError(
    `${place} is ${what}, which JSON cannot represent: use strings, finite numbers, booleans, null, lists and plain objects`,
  )
}
