/** Packages that are brought as wheels, in a channel of their own. */
export interface PackagesSpec {
  /** A `requirements.txt`, `uv.lock`, `poetry.lock` or `pylock.toml` on this computer. */
  readonly file: string
  /** The Python of the image, `3.12`, when its name does not say so. */
  readonly python?: string
  /** The platform of the image, `manylinux2014_x86_64`, when it is not the usual one. */
  readonly platform?: string
}
