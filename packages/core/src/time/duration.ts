const secondsPer = { second: 1, minute: 60, hour: 3_600, day: 86_400 } as const

type Unit = keyof typeof secondsPer

/** A span of time in words, `'90 seconds'`, `'24 hours'`, or a number of seconds said as such. */
export type Duration =
  | `${number} ${Unit}`
  | `${number} ${Unit}s`
  | {
      /** The number of seconds. */
      readonly seconds: number
    }

/** The whole seconds of a duration, rounded up; `undefined` when it is not one. */
export function secondsOf(duration: Duration): number | undefined {
  if (typeof duration === 'object' && duration !== null) return wholeSeconds(duration.seconds)
  const found = /^\s*(\d+(?:\.\d+)?)\s+(second|minute|hour|day)s?\s*$/.exec(String(duration))
  if (found === null) return undefined
  return wholeSeconds(Number(found[1]) * secondsPer[found[2] as Unit])
}

/** What to write instead of a text that is no duration: `'24h'` → `Write it as '24 hours'.` */
export function durationHint(value: unknown): string {
  const [, count = '', letters = ''] = /^\s*(\d+(?:\.\d+)?)\s*([A-Za-z]+)\s*$/.exec(typeof value === 'string' ? value : '') ?? []
  const unit = (Object.keys(secondsPer) as Unit[]).find(
    (name) => name.startsWith(letters.toLowerCase()) || aliases[name].includes(letters.toLowerCase()),
  )
  if (count === '' || unit === undefined) return "Write a number and a unit: '90 seconds', '30 minutes', '24 hours'."
  return `Write it as '${count} ${unit}${Number(count) === 1 ? '' : 's'}'.`
}

const aliases: Readonly<Record<Unit, readonly string[]>> = {
  second: ['secs', 'seconds'],
  minute: ['mins', 'minutes'],
  hour: ['hr', 'hrs', 'hours'],
  day: ['days'],
}

/** Words for a number of seconds: `'2 h 5 min'`, `'3.2 s'`. */
export function describeSeconds(seconds: number): string {
  if (seconds < 60) return `${Number(seconds.toFixed(1))} s`
  const whole = Math.round(seconds)
  const [days, hours, minutes] = [Math.floor(whole / 86_400), Math.floor(whole / 3_600) % 24, Math.floor(whole / 60) % 60]
  const parts = [
    [days, 'd'],
    [hours, 'h'],
    [minutes, 'min'],
    [whole % 60, 's'],
  ] as const
  return parts
    .filter(([count]) => count > 0)
    .slice(0, 2)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ')
}

const wholeSeconds = (seconds: number): number | undefined =>
  Number.isFinite(seconds) && seconds >= 0 ? Math.ceil(seconds) : undefined
