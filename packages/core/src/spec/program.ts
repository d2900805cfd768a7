/** What a task runs. */
export type Program =
  | {
      /** An entry file: `.py`, `.sh`, or `.ts`/`.js` bundled with its imports and run by Node. */
      readonly kind: 'code'
      /** The file's path; with `sourceDir` inside that folder. */
      readonly entry: string
      /** A function that the entry exports: calls of it are what runs, instead of the file. */
      readonly exported?: string
      /** A folder whose content lies at the root of the machine's code folder, or `s3://…tar.gz`; `entry` is then inside it. */
      readonly sourceDir?: string
      /** Files and folders that are placed at the root of the code folder under their own names. */
      readonly dependencies: readonly string[]
    }
  | {
      /** A command line for `bash` (`sh` where there is none). */
      readonly kind: 'shell'
      /** The command line, as it was written. */
      readonly line: string
      /** A folder whose content lies in the working folder. */
      readonly files?: string
      /** Files and folders that are placed at the root of the code folder under their own names. */
      readonly dependencies: readonly string[]
    }
  | {
      /** An argument vector, started as it is: no shell reads it. */
      readonly kind: 'command'
      /** The program and its first arguments. */
      readonly argv: readonly string[]
      /** An optional script, placed in the code folder and appended to `argv`. */
      readonly script?: string
      /** Files and folders that are placed at the root of the code folder under their own names. */
      readonly dependencies: readonly string[]
    }
  /** The image's own program: nothing of ours goes along. */
  | { readonly kind: 'algorithm' }
