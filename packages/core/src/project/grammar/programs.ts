import type { Refused } from './explain.ts'

/** Files that go along with a program. */
export interface DependencyOptions {
  /** Files and folders that are placed at the root of the code folder under their own names. */
  readonly dependencies?: readonly string[] | undefined
}

/** Files that go along with an entry file. */
export interface CodeOptions extends DependencyOptions {
  /** A folder whose content goes along; the entry is inside it. Or an `s3://…tar.gz` that holds it. */
  readonly sourceDir?: string | undefined
}

/** Files that go along with a command line. */
export interface ShellOptions extends DependencyOptions {
  /** A folder whose content lies in the working folder of the command line. */
  readonly files?: string | undefined
}

/** Methods that say what runs, and make a draft ready. */
export interface Programs<Ready> {
  /**
   * A file of yours: `.py`, `.sh`, or `.ts`/`.js`, which is bundled with its imports and run by Node.
   *
   * @example task.code('train.py', { sourceDir: 'src' })
   */
  code(entry: string, options?: CodeOptions): Ready
  /**
   * A command line for bash. The only place where a shell reads what you wrote.
   *
   * @example task.shell('sort -u words.txt | wc -l')
   */
  shell(line: string, options?: ShellOptions): Ready
}

type SayWhat = 'say what it runs first: .code(), .shell() or .algorithm()'

/** What a draft cannot do yet. */
export interface NoProgramYet {
  /** @deprecated Say what it runs first. */
  readonly run: Refused<SayWhat>
  /** @deprecated Say what it runs first. */
  readonly start: Refused<SayWhat>
  /** @deprecated Say what it runs first. */
  readonly plan: Refused<SayWhat>
  /** @deprecated Say what it runs first. */
  readonly explain: Refused<SayWhat>
  /** @deprecated Say what it runs first. */
  readonly output: Refused<SayWhat>
}

type HasProgram = 'this task has its program: make another task for another one'

/** What a ready task cannot do again. */
export interface ProgramSet {
  /** @deprecated A task has one program. */
  readonly code: Refused<HasProgram>
  /** @deprecated A task has one program. */
  readonly shell: Refused<HasProgram>
  /** @deprecated A task has one program. */
  readonly algorithm: Refused<HasProgram>
  /** @deprecated A task has one program. */
  readonly entrypoint: Refused<HasProgram>
  /** @deprecated A task has one program. */
  readonly command: Refused<HasProgram>
  /** @deprecated A task has one program. */
  readonly function: Refused<HasProgram>
}
