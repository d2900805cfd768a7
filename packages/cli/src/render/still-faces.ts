import type { World } from '../world.ts'
import type { Face, FaceOptions } from './face.ts'
import { logWriter, toldText, writeSummary } from './lines.ts'
import { paintFor } from './paint.ts'
import { Story, type Told } from './story.ts'

/** Says nothing but warnings, as JSON on stderr: stdout is for the one document. */
export function jsonFace(world: World): Face {
  const warnings: string[] = []
  const warn = (text: string): void => {
    warnings.push(text)
    world.stderr.write(`${JSON.stringify({ v: 1, warning: text })}\n`)
  }
  return {
    warnings,
    warn,
    note: () => undefined,
    happened: (event) => (event.type === 'warned' ? warn(event.message) : undefined),
    summary: () => undefined,
    close: () => undefined,
  }
}

/** Line by line, for pipes, files, CI, and terminals that cannot be drawn over. */
export function plainFace(world: World, options: FaceOptions): Face {
  const colours = paintFor(world.stderr, world)
  const logs = logWriter(world, options.machines)
  const story = new Story()
  const warnings: string[] = []
  const say = (told: Told): void => {
    if (told.kind === 'warning') warnings.push(told.text)
    if (told.kind === 'warning' || !options.quiet) world.stderr.write(`${toldText(told, colours)}\n`)
  }
  return {
    warnings,
    note: (text) => say({ kind: 'fact', text }),
    warn: (text) => say({ kind: 'warning', text }),
    happened: (event) => {
      if (event.type === 'logged') logs(event.line.machine, event.line.text)
      for (const told of story.tell(event)) say(told)
    },
    summary: (lines) => {
      if (!options.quiet) writeSummary(world, lines, story, colours)
    },
    close: () => undefined,
  }
}
