/** The container image of a task, before it is looked up. */
export type ImageSpec =
  | {
      readonly kind: 'framework'
      /** `pytorch`, `tensorflow`, `sklearn`, `xgboost`, `huggingface`. */
      readonly framework: string
      /** The newest one in the image table when absent. */
      readonly version?: string
      /** `py312` and the like; the version's own when absent. */
      readonly python?: string
    }
  | {
      readonly kind: 'uri'
      /** The image's full URI. */
      readonly uri: string
    }
  | {
      readonly kind: 'algorithm'
      /** The name of one of SageMaker's algorithms. */
      readonly algorithm: string
      /** Its version; the newest one in the image table when absent. */
      readonly version?: string
    }
  | {
      readonly kind: 'dockerfile'
      /** A folder with a `Dockerfile`, or the Dockerfile's text. `__BASE_IMAGE__` stands for the framework image. */
      readonly source: string
      /** The framework image that `__BASE_IMAGE__` stands for. */
      readonly base: Extract<ImageSpec, { kind: 'framework' }>
      /** The ECR repository it is pushed to; one of the project's own when absent. */
      readonly repository?: string
      /** The image's name on this machine while it is built; the repository's when absent. */
      readonly localRepository?: string
      /** The tag it is pushed under; one made of its content when absent. */
      readonly tag?: string
    }

/** Packages that are brought as wheels, in a channel of their own. */
export interface PackagesSpec {
  /** A `requirements.txt`, `uv.lock`, `poetry.lock` or `pylock.toml` on this computer. */
  readonly file: string
  /** The Python of the image, `3.12`, when its name does not say so. */
  readonly python?: string
  /** The platform of the image, `manylinux2014_x86_64`, when it is not the usual one. */
  readonly platform?: string
}
