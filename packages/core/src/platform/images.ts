import type { ImageSpec } from '../spec/image.ts'
import type { Abortable } from './abortable.ts'
import type { JobKind } from '../spec/job-kind.ts'

/** What is known of the image that a task needs. */
export interface ImageNeed {
  /** The image to find. */
  readonly image: ImageSpec
  /** Whether the job runs in the image, where a platform can choose: then it must be there. */
  readonly container?: boolean
  /** Whose image it is: what is built for it bears its name. */
  readonly project: string
  /** The task's own bucket, when it names one, and the prefix in it: where a build's files may be sent. */
  readonly bucket?: string
  /** The key prefix in the bucket. */
  readonly prefix: string
  /** The kind of job it is for. */
  readonly kind: JobKind
  /** Decides between the CPU and the GPU build of an image. */
  readonly instanceType: string
}

/** How far an image is that is built, pushed or pulled. */
export interface ImageProgress {
  /** Its full name. */
  readonly image: string
  /** What does the work: `docker`, `podman` or `CodeBuild`. */
  readonly by: string
  /** Which step it is at. */
  readonly step: 'build' | 'push' | 'pull' | 'ready'
  /** What was printed last. */
  readonly line: string
  /** The steps of a Dockerfile that are done, and how many it has. */
  readonly done?: number
  /** How many steps it has. */
  readonly of?: number
}

/** How an image is found. */
export interface ResolveImageOptions extends Abortable {
  /** Only says what the image is or would be called: builds and changes nothing. */
  readonly dryRun?: boolean
  /** Told how the build goes on. */
  readonly onProgress?: (progress: ImageProgress) => void
}

/** From what a task needs to an image that its machines can pull. */
export interface Images {
  /**
   * The image's full URI; by its digest when it was built. One that is made from a Dockerfile is built when its content is new.
   * @throws {PlatformError} `IMAGE_UNKNOWN` with the nearest known ones; `IMAGE_FAILED` with the last lines of a build;
   * `ENGINE_MISSING`.
   */
  resolve(need: ImageNeed, options?: ResolveImageOptions): Promise<string>
}
