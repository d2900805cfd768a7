/** Writes tar archives that no honest program would: entry by entry, whatever the name, the type or the link. */

import { gzipSync } from 'node:zlib'

/** The type flags of the tar format. */
export const entryTypes = { file: '0', hardLink: '1', symbolicLink: '2', device: '3', folder: '5', fifo: '6' } as const

export interface ArchiveEntry {
  readonly name: string
  readonly type: keyof typeof entryTypes
  readonly link?: string
  readonly content?: string
  readonly owner?: string
}

export function archiveOf(entries: readonly ArchiveEntry[]): Buffer {
  return gzipSync(Buffer.concat([...entries.map(blocksOf), Buffer.alloc(1024)]))
}

function blocksOf({ name, type, link = '', content = '', owner = '' }: ArchiveEntry): Buffer {
  const body = Buffer.from(type === 'file' ? content : '')
  const header = Buffer.alloc(512)
  const number = (value: number, width: number): string => `${value.toString(8).padStart(width - 1, '0')}\0`
  const fields: readonly (readonly [at: number, text: string])[] = [
    [0, name],
    [100, number(type === 'folder' ? 0o755 : 0o644, 8)],
    [108, number(0, 8)],
    [116, number(0, 8)],
    [124, number(body.length, 12)],
    [136, number(0, 12)],
    [148, '        '],
    [156, entryTypes[type]],
    [157, link],
    [257, 'ustar\x0000'],
    [265, owner],
    [329, number(1, 8)],
    [337, number(3, 8)],
  ]
  for (const [at, text] of fields) header.write(text, at)
  header.write(
    `${header
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, '0')}\0 `,
    148,
  )
  return Buffer.concat([header, body, Buffer.alloc((512 - (body.length % 512)) % 512)])
}
