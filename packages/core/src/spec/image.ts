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
  | { readonly kind: 'uri'; readonly uri: string }
  | { readonly kind: 'algorithm'; readonly algorithm: string; readonly version?: string }
  | {
      readonly kind: 'dockerfile'
      /** A folder with a `Dockerfile`, or the Dockerfile's text. `__BASE_IMAGE__` stands for the framework image. */
      readonly source: string
      readonly base: Extract<ImageSpec, { kind: 'framework' }>
      readonly repository?: string
      /** The image's name on this machine while it is built; the repository's when absent. */
      readonly localRepository?: string
      readonly tag?: string
    }
