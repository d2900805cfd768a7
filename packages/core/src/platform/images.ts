import type { ImageSpec } from '../spec/image.ts'
import type { Abortable } from './abortable.ts'
import type { JobKind } from '../spec/job-kind.ts'

export interface ImageNeed {
  readonly image: ImageSpec
  readonly kind: JobKind
  /** Decides between the CPU and the GPU build of an image. */
  readonly instanceType: string
}

export interface Images {
  /**
   * The image's full URI.
   * @throws {PlatformError} `IMAGE_UNKNOWN` with the nearest known ones.
   */
  resolve(need: ImageNeed, options?: Abortable): Promise<string>
}
