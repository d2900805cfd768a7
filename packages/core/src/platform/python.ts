/** A Python interpreter of this computer, and how it was found. */
export interface PythonChoice {
  /** The interpreter's file. */
  readonly path: string
  /** `option`: it was given; `environment`: the active `VIRTUAL_ENV`; `folder`: a `.venv` beside the code; `path`: `python3` of the PATH. */
  readonly foundBy: 'option' | 'environment' | 'folder' | 'path'
}

/** What a task needs of this computer's Python. */
export interface PythonNeed {
  /** Folders that the task's code comes from: a `.venv` in one of them is its Python. */
  readonly folders: readonly string[]
  /** The program is a Python file: it is an error when there is no interpreter. */
  readonly isNeeded: boolean
  /** The PATH that the program gets, when it is not this computer's. */
  readonly searchPath?: string
}
