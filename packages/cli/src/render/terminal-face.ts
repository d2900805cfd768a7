import type { RunEvent } from '@simple-sagemaker/core'
import type { World } from '../world.ts'
import type { Face, FaceOptions } from './face.ts'
import { logWriter, toldText, writeSummary, type SummaryLine } from './lines.ts'
import { LiveRegion } from './live-region.ts'
import { paintFor, type Paint } from './paint.ts'
import { Story, type Told } from './story.ts'

const frames = '⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏'
const frameMs = 100

/** On a terminal: what stays is written above, the present is drawn over and over below it. */
export class TerminalFace implements Face {
  readonly #warnings: string[] = []
  readonly #world: World
  readonly #colours: Paint
  readonly #region: LiveRegion
  readonly #logs: (machine: string, text: string) => void
  readonly #story = new Story()
  readonly #timer: NodeJS.Timeout
  readonly #forget: () => void
  #isRunning = false

  constructor(world: World, options: FaceOptions) {
    this.#world = world
    this.#colours = paintFor(world.stderr, world)
    this.#region = new LiveRegion(world.stderr)
    this.#logs = logWriter(world, options.machines)
    this.#timer = setInterval(() => this.#draw(), frameMs)
    this.#timer.unref()
    this.#forget = world.stderr.onResize(() => this.#draw())
  }

  get warnings(): readonly string[] {
    return this.#warnings
  }

  note(text: string): void {
    this.#say({ kind: 'fact', text })
  }

  warn(text: string): void {
    this.#say({ kind: 'warning', text })
  }

  happened(event: RunEvent): void {
    this.#isRunning = event.type !== 'finished'
    if (event.type === 'logged') this.#above(() => this.#logs(event.line.machine, event.line.text))
    else for (const told of this.#story.tell(event)) this.#say(told)
  }

  summary(lines: readonly SummaryLine[]): void {
    this.#isRunning = false
    this.#region.clear()
    writeSummary(this.#world, lines, this.#story, this.#colours)
  }

  close(): void {
    this.#isRunning = false
    clearInterval(this.#timer)
    this.#forget()
    this.#region.clear()
  }

  #say(told: Told): void {
    if (told.kind === 'warning') this.#warnings.push(told.text)
    this.#above(() => this.#world.stderr.write(`${toldText(told, this.#colours)}\n`))
  }

  #above(write: () => void): void {
    this.#region.clear()
    write()
    this.#draw()
  }

  #draw(): void {
    if (!this.#isRunning) return
    const now = this.#world.now()
    const lines = this.#story.live(now)
    const frame = this.#colours.cyan(frames[Math.floor(now / frameMs) % frames.length] ?? '')
    this.#region.draw(lines.map((line, index) => `${index === lines.length - 1 ? frame : ' '} ${line}`))
  }
}
