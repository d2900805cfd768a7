/*
 * The command lines of the Python original, as its help prints them: what `argparse` was told. Its lines keep their meaning
 * here, so the parser asks this table which names it had, and a test compares both parsers line by line.
 */

/** A flag of the original: its names, and how argparse reads it. */
export interface OriginalFlag {
  readonly names: readonly [string, ...string[]]
  /** `0` for a switch, a number of values, or `+` for one or more. */
  readonly nargs: 0 | 1 | 2 | '+'
  /** Whether each time it is given counts; else the last one wins. */
  readonly append?: true
  readonly integer?: true
  readonly choices?: readonly string[]
  readonly required?: true
  /** Two switches of one destination: the last one given counts. */
  readonly opposite?: string
}

const one = (...names: [string, ...string[]]): OriginalFlag => ({ names, nargs: 1 })
const whole = (...names: [string, ...string[]]): OriginalFlag => ({ names, nargs: 1, integer: true })
const needed = (...names: [string, ...string[]]): OriginalFlag => ({ names, nargs: 1, required: true })
const many = (...names: [string, ...string[]]): OriginalFlag => ({ names, nargs: '+' })
const each = (nargs: 2 | '+', ...names: [string, ...string[]]): OriginalFlag => ({ names, nargs, append: true })
const onOff = (...names: [string, ...string[]]): OriginalFlag => ({ names, nargs: 0 })

const task = [needed('project_name', 'p'), one('prefix'), needed('task_name', 't'), one('bucket_name', 'b')]
const machines = [one('instance_type', 'it'), whole('instance_count', 'ic'), whole('volume_size', 'v'), whole('max_run_mins')]
const spot: readonly OriginalFlag[] = [
  { ...onOff('no_spot'), opposite: 'use_spot_instances' },
  { ...onOff('use_spot_instances'), opposite: 'no_spot' },
  whole('max_wait_mins'),
]
const image = [
  one('aws_repo_name', 'ar'),
  one('repo_name', 'rn'),
  one('image_tag'),
  one('docker_file_path_or_content', 'df'),
  one('framework_version', 'fv'),
]
const running: readonly OriginalFlag[] = [
  onOff('force_running', 'fr'),
  each(2, 'tag'),
  many('input_path', 'i'),
  each('+', 'input_s3', 'iis'),
  each('+', 'input_task', 'iit'),
  { ...onOff('clean_state', 'cs'), opposite: 'keep_state' },
  { ...onOff('keep_state', 'ks'), opposite: 'clean_state' },
]
const download = [one('output_path', 'o'), onOff('download_state'), onOff('download_model'), onOff('download_output')]
const training: readonly OriginalFlag[] = [
  ...task,
  ...machines,
  ...spot,
  ...image,
  { ...one('framework', 'f'), choices: ['pytorch', 'tensorflow'] },
  one('py_version', 'pv'),
  ...running,
  one('model_uri'),
  one('distribution'),
  each(2, 'metric_definitions', 'md'),
  onOff('enable_sagemaker_metrics', 'm'),
  ...download,
  many('dependencies', 'd'),
]

/** Every flag of the original, by command. */
export const originalFlags: Readonly<Record<string, readonly OriginalFlag[]>> = {
  run: [...training, one('source_dir', 's'), needed('entry_point', 'e')],
  shell: [...training, one('dir_files'), needed('cmd_line', 'cmd')],
  process: [
    ...task,
    ...machines,
    ...image,
    one('framework', 'f'),
    ...running,
    ...download,
    one('code'),
    many('entrypoint', 'e'),
    many('dependencies', 'd'),
    many('command'),
    each(2, 'env'),
    many('arguments'),
  ],
  data: [needed('project_name', 'p'), needed('task_name', 't'), one('bucket_name', 'b'), ...download],
}

/** The names that the original's command had, without dashes. */
export function originalNames(command: string): readonly string[] {
  return (originalFlags[command] ?? []).flatMap(({ names }) => names)
}

/** The long names of the original that begin so: argparse took the rest for granted when there was one. */
export function originalNamesFrom(command: string, start: string): readonly string[] {
  return originalNames(command).filter((name) => name.length > 1 && name.startsWith(start))
}
