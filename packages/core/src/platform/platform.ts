import type { Images } from './images.ts'
import type { Jobs } from './jobs.ts'
import type { Logs } from './logs.ts'
import type { Objects } from './objects.ts'
import type { Roles } from './roles.ts'

/** What a platform can honour; shared code asks this and never who the platform is. */
export interface Abilities {
  /** Can machines be rented at the spot price? */
  readonly spot: boolean
  /** Does the job run in the image that was asked for? */
  readonly images: boolean
  readonly buildsImages: boolean
  readonly maxMachines: number
  /** Names of task options that this platform takes and cannot honour: whoever says one is told. */
  readonly ignores: readonly string[]
  /** How long a client that holds a task's lease may be silent before it counts as dead, in milliseconds. */
  readonly leaseSilenceMs: number
}

/** Where jobs run and objects live: five doorways, small enough to hold in one hand. */
export interface Platform extends AsyncDisposable {
  readonly name: string
  readonly region: () => Promise<string>
  readonly abilities: Abilities
  readonly jobs: Jobs
  readonly objects: Objects
  readonly logs: Logs
  readonly roles: Roles
  readonly images: Images
}
