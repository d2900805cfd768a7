/** Documents of channels and outputs: JSON files, and files with a document on each line. */

import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { outputVariable } from './contract.ts'
import { pathInside, readJson, writeJson, writeJsonLines } from './json-file.ts'
import type { MachineFacts } from './facts.ts'
import type { Json } from './json-file.ts'

/** Files that nobody declared: any, with any JSON. */
export type AnyDocuments = Readonly<Record<string, Json>>

type FilesIn<Documents> = string extends keyof Documents ? string : Exclude<keyof Documents & string, `${string}.jsonl`>
type LinesIn<Documents> = string extends keyof Documents ? string : Extract<keyof Documents & string, `${string}.jsonl`>

/** What a program reads and writes by name: the place, a slash, and the file in it. */
export interface Documents<Reads, Writes> {
  /**
   * A document of a channel: a JSON file. With types of the task it has the declared type; the caller vouches for it, nothing checks it.
   *
   * @example const stats = await job.readDocument('words/stats.json')
   * @throws {Error} when there is no such channel or file, or it does not hold JSON.
   */
  readDocument<File extends FilesIn<Reads>>(file: File): Promise<Reads[File & keyof Reads]>
  /**
   * The documents of a file with one on each line, one after the other.
   *
   * @example for await (const row of job.readLines('words/rows.jsonl')) count(row)
   * @throws {Error} as `readDocument`, with the number of the line.
   */
  readLines<File extends LinesIn<Reads>>(file: File): AsyncIterable<Reads[File & keyof Reads]>
  /**
   * Writes a document into an output, whole or not at all: a file of `model`, `output`, or an output that the task names.
   *
   * @example await job.writeDocument('model/report.json', { rows: 3 })
   * @throws {TypeError} for a value JSON cannot represent, and for a name that leaves the output.
   */
  writeDocument<File extends FilesIn<Writes>>(file: File, value: Writes[File & keyof Writes]): Promise<void>
  /**
   * Writes a file with a document on each line, whole or not at all.
   *
   * @throws {TypeError} as `writeDocument`, with the number of the line.
   */
  writeLines<File extends LinesIn<Writes>>(
    file: File,
    values: Iterable<Writes[File & keyof Writes]> | AsyncIterable<Writes[File & keyof Writes]>,
  ): Promise<void>
}

/** The methods for a machine with these folders. */
export function documentsOf<Reads, Writes>(
  facts: MachineFacts<unknown>,
  channel: (name: string) => string,
): Documents<Reads, Writes> {
  // The caller names the types of what the files hold, and what is written is checked to be JSON.
  return {
    readDocument: async (file) => {
      const { place, name } = partsOf(file)
      const value = await readJson(channel(place), name)
      if (value === undefined) throw new Error(`The channel '${place}' has no file ${name}`)
      return value as never
    },
    readLines: (file) => linesOf(file, channel) as AsyncIterable<never>,
    writeDocument: async (file, value) => {
      const { place, name } = partsOf(file)
      await writeJson(outputFolder(facts, place), name, value as Json)
    },
    writeLines: async (file, values) => {
      const { place, name } = partsOf(file)
      await writeJsonLines(outputFolder(facts, place), name, values as Iterable<Json>)
    },
  }
}

async function* linesOf(file: string, channel: (name: string) => string): AsyncGenerator<Json> {
  const { place, name } = partsOf(file)
  const stream = createReadStream(pathInside(channel(place), name), 'utf8')
  let number = 0
  try {
    for await (const line of createInterface({ input: stream, crlfDelay: Infinity })) {
      number += 1
      if (line.trim() !== '') yield parsed(line, `${file}:${number}`)
    }
  } finally {
    stream.destroy()
  }
}

function parsed(text: string, place: string): Json {
  try {
    // JSON.parse gives JSON values only.
    return JSON.parse(text) as Json
  } catch (cause) {
    throw new Error(`${place} does not hold JSON`, { cause })
  }
}

function partsOf(file: string): { readonly place: string; readonly name: string } {
  const slash = file.indexOf('/')
  if (slash <= 0) throw new TypeError(`'${file}' is no place with a file in it, such as words/stats.json`)
  return { place: file.slice(0, slash), name: file.slice(slash + 1) }
}

function outputFolder(facts: MachineFacts<unknown>, output: string): string {
  if (output === 'model') return facts.modelDir
  if (output === 'output') return facts.outputDir
  const folder = facts.env[outputVariable(output)]
  if (folder !== undefined) return folder
  throw new Error(`There is no output '${output}': it has model, output, and those that its task names`)
}
