import { isDeepStrictEqual } from 'node:util'

type Json = Readonly<Record<string, unknown>>

interface Pool {
  readonly settings: unknown
  status: 'InUse' | 'Available' | 'Reused' | 'Terminated'
  reusedBy?: string
  retainedSeconds: number
}

/** How long machines of the stand-in are said to have been kept when a job gets them. */
export const keptSeconds = 240

/** The warm pools of a stand-in, matched and changed as SageMaker's guide says. */
export class WarmPools {
  readonly #pools = new Map<string, Pool>()

  /** A job was created: it gets the machines of a pool that fits, and keeps its own for the next when it asks for that. */
  created(job: string, request: Json): void {
    const { KeepAlivePeriodInSeconds: keep = 0, ...machines } = (request['ResourceConfig'] ?? {}) as Json
    if (Number(keep) === 0) return
    const { RoleArn, VpcConfig, EnableNetworkIsolation = false, EnableInterContainerTrafficEncryption = false } = request
    const settings = { machines, RoleArn, VpcConfig, EnableNetworkIsolation, EnableInterContainerTrafficEncryption }
    const free = [...this.#pools.values()].find(
      (pool) => pool.status === 'Available' && isDeepStrictEqual(pool.settings, settings),
    )
    if (free !== undefined) Object.assign(free, { status: 'Reused', reusedBy: job, retainedSeconds: keptSeconds })
    this.#pools.set(job, { settings, status: 'InUse', retainedSeconds: 0 })
  }

  /** What Describe says of a job's pool. */
  describe(job: string, isOver: boolean): Json {
    const pool = this.#pools.get(job)
    if (pool === undefined) return {}
    if (isOver && pool.status === 'InUse') pool.status = 'Available'
    const { status: Status, reusedBy: ReusedByJob, retainedSeconds: ResourceRetainedBillableTimeInSeconds } = pool
    return {
      WarmPoolStatus: { Status, ResourceRetainedBillableTimeInSeconds, ...(ReusedByJob === undefined ? {} : { ReusedByJob }) },
    }
  }

  /** UpdateTrainingJob: what is said against it, if anything. */
  update(job: string, request: Json): string | undefined {
    const pool = this.#pools.get(job)
    if (pool?.status !== 'Available') return `The warm pool of ${job} is ${pool?.status ?? 'not there'}.`
    const { KeepAlivePeriodInSeconds: keep } = (request['ResourceConfig'] ?? {}) as Json
    if (keep === 0) pool.status = 'Terminated'
    return undefined
  }

  clear(): void {
    this.#pools.clear()
  }
}
