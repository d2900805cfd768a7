import { moneyProblems } from '../../cost/settings.ts'
import { unknownFields, type Fields } from '../../options/did-you-mean.ts'
import { assertOptions, InvalidTaskError } from '../../options/errors.ts'
import type { FoundProblem } from '../../options/option.ts'
import { taskOptions } from '../../options/task-options.ts'
import type { RehearseOptions, RunOptions } from '../../run/run-options.ts'
import type { SearchRunOptions } from '../../search/found.ts'
import type { Program } from '../../spec/program.ts'
import type { Draft, DraftInput } from '../draft.ts'
import type { FunctionOptions, MapOptions } from '../grammar/functions.ts'
import type { ProjectOptions } from '../grammar/projects.ts'

/*
 * Which fields the objects have that callers write. One that does not exist would change nothing, and nobody would know.
 */

export const runFields: Fields<RunOptions> = { force: true, skip: true, clean: true, signal: true, onEvent: true, parallel: true }
export const mapFields: Fields<MapOptions & RunOptions & { rest: unknown }> = {
  ...runFields,
  machines: true,
  perMachine: true,
  rest: true,
}
export const rehearseFields: Fields<RehearseOptions> = {
  signal: true,
  onEvent: true,
  interruptions: true,
  seed: true,
  grace: true,
}
export const searchFields: Fields<SearchRunOptions> = { signal: true, onEvent: true }
export const functionFields: Fields<FunctionOptions> = { file: true }

const projectFields: Fields<ProjectOptions> = {
  platform: true,
  region: true,
  profile: true,
  bucket: true,
  prefix: true,
  defaults: true,
  prices: true,
  budget: true,
}

/** @throws {InvalidTaskError} with everything that is wrong with the options of a project. */
export function assertProjectOptions(name: string, options: ProjectOptions): void {
  assertOptions(name, 'options', options)
  const defaults: unknown = options.defaults ?? {}
  const problems: readonly FoundProblem[] = [
    ...unknownFields(options, projectFields),
    ...(typeof defaults === 'object'
      ? unknownFields(defaults as object, taskOptions, 'defaults')
      : [{ path: 'defaults', value: defaults, message: 'must be an object of options', hint: 'Write it as { … }.' }]),
    ...moneyProblems(options),
  ]
  if (problems.length > 0) throw new InvalidTaskError(name, problems, { title: `Project ${name} cannot be opened:` })
}

const programFields: { readonly [Kind in Program['kind']]: Fields<Extract<Program, { readonly kind: Kind }>> } = {
  code: { kind: true, entry: true, exported: true, sourceDir: true, dependencies: true },
  shell: { kind: true, line: true, files: true, dependencies: true },
  command: { kind: true, argv: true, script: true, dependencies: true },
  algorithm: { kind: true },
}
const inputFields: Fields<DraftInput> = {
  channel: true,
  source: true,
  distribution: true,
  mode: true,
  subdir: true,
  contentType: true,
  unpack: true,
  path: true,
  groups: true,
}

/** Fields of the program's and the inputs' options that do not exist. */
export const fieldProblems = ({ program, algorithm, inputs }: Draft): readonly FoundProblem[] => [
  ...(program === undefined ? [] : unknownFields(program, programFields[program.kind], program.kind)),
  ...unknownFields(algorithm ?? {}, { name: true, version: true }, 'algorithm'),
  ...inputs.flatMap((input, index) => unknownFields(input, inputFields, `input[${index}]`)),
]
