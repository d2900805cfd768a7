import type { JobKind } from '../../spec/job-kind.ts'
import type { SpotWait } from '../../spec/task-spec.ts'
import { secondsOf, type Duration } from '../../time/duration.ts'
import { InvalidTaskError } from '../errors.ts'
import { trainingOnly } from '../option.ts'
import { duration, oneOf } from '../option-types.ts'

/** How long to wait for spot machines, and what to take then. */
export const spotOptions = {
  /**
   * What to take when there are no spot machines for `spotAfter`: `on-demand` machines, or `none`.
   *
   * Default `none`. With `on-demand` the spot job that waits is stopped, and another one starts on on-demand machines with its state.
   */
  spotFallback: oneOf({
    summary: 'What to take when there are no spot machines for `spotAfter`: `on-demand` machines, or `none`.',
    source: 'attempts of the run',
    ignoredLocally: true,
    kinds: trainingOnly,
    default: 'none',
    choices: ['none', 'on-demand'],
    flag: { names: ['spot_fallback'] },
  }),
  /**
   * How long to wait for spot machines, over all types and attempts, before something else is taken or the run ends.
   *
   * From `'5 minutes'` to `'30 days'`, and five minutes for each type of `instances`; default `'2 hours'` with several types or
   * `spotFallback`, else as long as `maxWait` lets the job wait. The types share it equally.
   */
  spotAfter: duration({
    summary: 'How long to wait for spot machines, over all types and attempts, before something else is taken or the run ends.',
    source: 'attempts of the run',
    ignoredLocally: true,
    kinds: trainingOnly,
    method: (wait: Duration) => wait,
    fromSeconds: 300,
    toSeconds: 2_592_000,
    span: "'5 minutes' to '30 days'",
    defaultText: '2 hours with several types or `spotFallback`',
    flag: { names: ['spot_after'], args: ['DURATION'] },
  }),
  /**
   * Demands a certificate of `rehearse()` for spot runs whose `maxRun` is longer than this.
   *
   * A duration from `'0 seconds'` to `'28 days'`; none by default. The certificate is for the program and its parameters, and lies on
   * this computer. Not asked for where jobs are not interrupted.
   *
   * @throws {InvalidTaskError} before a job is started, without a certificate or when the program did not survive its rehearsal.
   */
  certifiedOver: duration({
    summary: 'Demands a certificate of `rehearse()` for spot runs whose `maxRun` is longer than this.',
    source: 'attempts of the run',
    kinds: trainingOnly,
    method: (limit: Duration) => limit,
    fromSeconds: 0,
    toSeconds: 2_419_200,
    span: "'0 seconds' to '28 days'",
    flag: { names: ['certified_over'], args: ['DURATION'] },
  }),
}

/** What `.spot()` takes beside true and false. */
export interface SpotOptions<Time = Duration> {
  /** What to take when there are no spot machines for `after`: `'on-demand'`; default none. */
  readonly fallback?: 'on-demand' | 'none'
  /** How long to wait for spot machines, over all types and attempts: from `'5 minutes'`; default `'2 hours'`. */
  readonly after?: Time
  /** Demands a certificate of `rehearse()` for runs whose `maxRun` is over an hour; a duration stands for another limit. */
  readonly certified?: true | Time
}

/**
 * What `.spot()` means as options.
 * @throws {InvalidTaskError} for an object with other fields.
 */
export function spotChoice(task: string, choice: boolean | SpotOptions): SpotChoice {
  if (typeof choice !== 'object' || choice === null) return { spot: choice }
  const unknown = Object.keys(choice).find((name) => !['fallback', 'after', 'certified'].includes(name))
  if (unknown !== undefined)
    throw new InvalidTaskError(task, [
      {
        path: 'spot',
        value: choice,
        message: `has fallback, after and certified, not ${unknown}`,
        hint: {
          library: "Write .spot({ fallback: 'on-demand', after: '2 hours' }).",
          commandLine: 'Write --spot_fallback on-demand --spot_after 120.',
        },
      },
    ])
  const { fallback = 'none', after, certified } = choice
  return {
    spot: true,
    spotFallback: fallback,
    ...(after === undefined ? {} : { spotAfter: after }),
    ...(certified === undefined ? {} : { certifiedOver: certified === true ? '1 hour' : certified }),
  }
}

interface SpotChoice {
  readonly spot: boolean
  readonly spotFallback?: 'none' | 'on-demand'
  readonly spotAfter?: Duration
  readonly certifiedOver?: Duration
}

const usualWaitSeconds = 7_200

/** What limits the wait for spot machines; `undefined` when only `maxWait` does. */
export function spotWaitOf(options: {
  readonly spot: boolean
  readonly fallbackTypes?: readonly string[] | undefined
  readonly spotFallback?: 'none' | 'on-demand' | undefined
  readonly spotAfter?: Duration | undefined
}): SpotWait | undefined {
  const { spot, fallbackTypes = [], spotFallback, spotAfter } = options
  const isPlain = fallbackTypes.length === 0 && spotFallback !== 'on-demand' && spotAfter === undefined
  if (!spot || isPlain) return undefined
  const seconds = spotAfter === undefined ? usualWaitSeconds : (secondsOf(spotAfter) ?? usualWaitSeconds)
  return { seconds, ...(spotFallback === 'on-demand' ? { fallback: spotFallback } : {}) }
}

const longestWaitSeconds = 2_592_000

/** How long a spot job may wait and run when nobody sets it: its running time, and the wait that was asked for. */
export function usualMaxWait(
  _kind: JobKind,
  options: { readonly maxRun: Duration } & Parameters<typeof spotWaitOf>[0],
): Duration {
  const wait = spotWaitOf(options)
  if (wait === undefined) return options.maxRun
  return { seconds: Math.min(longestWaitSeconds, (secondsOf(options.maxRun) ?? 0) + wait.seconds) }
}
