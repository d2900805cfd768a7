import type { Images } from './images.ts'
import type { Jobs } from './jobs.ts'
import type { Logs } from './logs.ts'
import type { Objects } from './objects.ts'
import type { PriceSource } from '../spec/money/prices.ts'
import type { Roles } from './roles.ts'
import type { Tuner } from './tuner.ts'

/** What a platform can do. Shared code asks this, and never for the name of the platform. */
export interface Abilities {
  /** Whether jobs run in the image that their request names. */
  readonly images: boolean
  /** Whether it builds images from a Dockerfile. */
  readonly buildsImages: boolean
  /**
   * Why `/opt/ml` and the other folders of the machine contract are not at their places, so that programs find them by variables
   * only; `undefined` where they are. Absent: they are.
   */
  readonly missingPaths?: () => Promise<string | undefined>
  /** Names of task options that have no effect here: a run that sets one gives a warning. */
  readonly ignores: readonly string[]
  /** The value of `--platform` with which `ssm` opens it, for commands in hints. Without it hints name no command. */
  readonly commandLine?: string
  /** How long a client that holds a task's lease may be silent before it counts as dead, in milliseconds. */
  readonly leaseSilenceMs: number
}

/** Where jobs run and objects are stored: five interfaces, which any implementation of them can take the place of. */
export interface Platform extends AsyncDisposable {
  /** For messages: `'aws'`, `'local'`. Nothing depends on it. */
  readonly name: string
  /** Where it is: the AWS region, or a word of the platform's own. */
  readonly region: () => Promise<string>
  /** What it can do. */
  readonly abilities: Abilities
  /** Starts, describes and stops jobs. */
  readonly jobs: Jobs
  /** Stores and reads objects. */
  readonly objects: Objects
  /** Reads what the machines wrote. */
  readonly logs: Logs
  /** Finds and makes the roles of jobs. */
  readonly roles: Roles
  /** Finds and builds images. */
  readonly images: Images
  /** Tells what its machines cost; asked only when somebody wants to know. Absent where nobody knows. */
  readonly prices?: PriceSource
  /** Chooses hyperparameters and runs training jobs with them by itself. Absent where there is none. */
  readonly tuner?: Tuner
}
