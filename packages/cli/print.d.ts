import type { SearchEvent } from '@simple-sagemaker/core'

/** How events are printed. */
export interface PrintOptions {
  /** Prints warnings and the program's own lines, and nothing else. Default `false`. */
  readonly quiet?: boolean
  /** Prints the lines of the log. Default `true`. */
  readonly logs?: boolean
}

/**
 * Prints what happens in a run or a search: give it to `run({ onEvent: printEvents() })`. The lines of the log go to stdout, everything
 * else to stderr; in a terminal progress is updated in place, elsewhere there are plain lines. One function prints any number
 * of tasks that run at once; when several machines or tasks print, a line of the log says whose it is. Of a search it also prints the
 * beginning and the end of each trial.
 */
export declare function printEvents(options?: PrintOptions): (event: SearchEvent) => void
