/** How long to wait for spot machines of all types together, and what to take then. */
export interface SpotWait {
  /** How long, over all types. */
  readonly seconds: number
  /** What to take when that is over; absent: the run ends. */
  readonly fallback?: 'on-demand'
}
