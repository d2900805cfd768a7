import { join } from 'node:path'
import { sortByBytes } from '../files/byte-order.ts'
import { isOwnFile } from '../files/ownership.ts'
import { sha256 } from '../files/digest/digest.ts'
import { mostListBytes, readText } from '../files/read.ts'
import { writeWhole } from '../files/write-whole.ts'
import type { FileFacts } from '../files/stat.ts'

/** The digests of a folder's files as they were when they were last read. */
export interface DigestCache {
  /** The digest of a file that has not been touched since, or `undefined`. */
  find(path: string, facts: FileFacts): string | undefined
  /**
   * Remembers a digest, unless the file was touched so shortly before `readAtMs` that it may have been touched again within
   * the same tick of its clock.
   */
  keep(path: string, facts: FileFacts, digest: string, readAtMs: number): void
  /** Writes what was kept and found; quiet when the folder cannot be written, since a cache is only a help. */
  save(): Promise<void>
}

type Row = readonly [path: string, sizeBytes: number, modifiedAtMs: number, changedAtMs: number, inode: number, sha256: string]

/** File systems tell times in steps of up to two seconds. */
const untrustedMs = 2_000

/** Opens the cache of one folder. Whatever is wrong with its file means: nothing is known. */
export async function openDigestCache(cacheFolder: string, source: string): Promise<DigestCache> {
  const path = join(cacheFolder, 'digests', `${sha256(source).slice(0, 32)}.json`)
  const rows = await load(path)
  // Files are asked for in the order in which they were saved, unless some came or went since.
  let next = 0
  let byName: ReadonlyMap<string, Row> | undefined
  const rowOf = (name: string): Row | undefined => {
    const row = rows[next]
    if (row?.[0] === name) {
      next += 1
      return row
    }
    byName ??= new Map(rows.map((each) => [each[0], each]))
    return byName.get(name)
  }
  // Each path of a folder is asked for once.
  const kept: Row[] = []
  let changed = false
  return {
    find(name, facts) {
      const row = rowOf(name)
      if (row === undefined || !matches(row, facts)) return undefined
      kept.push(row)
      return row[5]
    },
    keep(name, facts, digest, readAtMs) {
      if (Math.max(facts.modifiedAtMs, facts.changedAtMs) > readAtMs - untrustedMs) return
      kept.push([name, facts.sizeBytes, facts.modifiedAtMs, facts.changedAtMs, facts.inode, digest])
      changed = true
    },
    async save() {
      if (!changed && kept.length === rows.length) return
      if (changed) sortByBytes(kept, (row) => row[0])
      const body = JSON.stringify(kept)
      await writeWhole(path, `${sha256(body)}\n${body}`, { mode: 0o600 }).catch(() => undefined)
    },
  }
}

function matches(row: Row, facts: FileFacts): boolean {
  return row[1] === facts.sizeBytes && row[2] === facts.modifiedAtMs && row[3] === facts.changedAtMs && row[4] === facts.inode
}

async function load(path: string): Promise<readonly Row[]> {
  // A digest of somebody else's would let other bytes count as those that are stored already.
  if (!isOwnFile(path)) return []
  const text = await readText(path, mostListBytes).catch(() => undefined)
  const end = text?.indexOf('\n') ?? -1
  if (text === undefined || end < 0) return []
  const body = text.slice(end + 1)
  if (sha256(body) !== text.slice(0, end)) return []
  const rows: unknown = JSON.parse(body)
  return Array.isArray(rows) ? rows.filter(isRow) : []
}

function isRow(value: unknown): value is Row {
  return Array.isArray(value) && value.length === 6 && typeof value[0] === 'string' && typeof value[5] === 'string'
}
