import type { RunEvent } from '@simple-sagemaker/core'
import type { World } from '../world.ts'
import type { SummaryLine } from './lines.ts'
import { canRedraw } from './paint.ts'
import { jsonFace, plainFace } from './still-faces.ts'
import { TerminalFace } from './terminal-face.ts'

/** How a command speaks: data on stdout, everything else on stderr. */
export interface Face {
  /** Something worth knowing; nothing when it shall be quiet. */
  note(text: string): void
  /** Something the user should know, in one line. */
  warn(text: string): void
  /** Something that happened in a run. */
  happened(event: RunEvent): void
  /** The end of a run, in a few lines. */
  summary(lines: readonly SummaryLine[]): void
  /** Ends what moves. */
  close(): void
  /** Warnings so far, for the JSON document. */
  readonly warnings: readonly string[]
}

export interface FaceOptions {
  readonly json: boolean
  readonly quiet: boolean
  /** With several machines every line of the log says whose it is. */
  readonly machines: number
}

/** The face for these streams: drawn over on a terminal, line by line in a pipe, silent but for JSON. */
export function openFace(world: World, options: FaceOptions): Face {
  if (options.json) return jsonFace(world)
  return canRedraw(world.stderr, world) && !options.quiet ? new TerminalFace(world, options) : plainFace(world, options)
}
