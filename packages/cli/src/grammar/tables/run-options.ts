import { flag, list, text, trainingOnly } from '@simple-sagemaker/core/options'

export { projectOptions } from './project-options.ts'

/*
 * Flags that describe a project, a program or one call rather than an option of a task. In the library they are methods and
 * plain arguments; here they are made with the same makers as the options, so that parser, help and guide read one table.
 */

/** What the task runs. */
export const programOptions = {
  entry: text({
    summary: 'The Python, shell, TypeScript or JavaScript file to run.',
    source: 'launch settings',
    longest: 4_096,
    shape: 'a path',
    flag: { names: ['entry_point', 'e'], args: ['FILE'] },
  }),
  sourceDir: text({
    summary: 'A folder (or an s3:// archive) with the code; the entry file is inside it.',
    source: 'code channel',
    longest: 4_096,
    shape: 'a path',
    flag: { names: ['source_dir', 's'], args: ['DIR'] },
  }),
  dependencies: list({
    summary: 'Files and folders placed beside the entry file under their own names.',
    source: 'code channel',
    most: 1_000,
    entry: () => undefined,
    flag: { names: ['dependencies', 'd'], args: ['PATH...'] },
  }),
  shell: text({
    summary: 'The command line to run.',
    source: 'launch settings',
    longest: 65_536,
    shape: 'a command line',
    flag: { names: ['cmd_line', 'cmd'], args: ['LINE'] },
  }),
  files: text({
    summary: 'A folder whose content is placed in the working folder.',
    source: 'code channel',
    longest: 4_096,
    shape: 'a path',
    flag: { names: ['dir_files'], args: ['DIR'] },
  }),
  code: text({
    summary: 'The script to run, a path or an s3:// URI.',
    source: 'code channel',
    longest: 4_096,
    shape: 'a path',
    flag: { names: ['code'], args: ['FILE'] },
  }),
  entrypoint: list({
    summary: "The program to start instead of the image's own, with its first arguments.",
    source: 'AppSpecification.ContainerEntrypoint',
    most: 100,
    entry: () => undefined,
    flag: { names: ['entrypoint', 'e'], args: ['TEXT...'] },
  }),
  command: list({
    summary: 'The program that runs the script, with its flags.',
    source: 'AppSpecification.ContainerEntrypoint',
    defaultText: 'python3',
    most: 100,
    entry: () => undefined,
    flag: { names: ['command'], args: ['TEXT...'] },
  }),
}

/** What the task reads. */
export const inputOptions = {
  inputPath: list({
    summary: 'A local path or s3:// URI as channel `data`.',
    source: 'InputDataConfig',
    most: 3,
    entry: () => undefined,
    flag: { names: ['input_path', 'i'], args: ['PATH', '[DISTRIBUTION]', '[SUBDIR]'] },
  }),
  input: list({
    summary: 'A local path or s3:// URI as a channel of this name.',
    source: 'InputDataConfig',
    most: 4,
    entry: () => undefined,
    flag: { names: ['input'], args: ['NAME', 'SOURCE', '[DISTRIBUTION]', '[SUBDIR]'], repeat: true },
  }),
  modelUri: text({
    summary: 'A model trained before, as channel `model`: a local path or s3:// URI.',
    source: 'InputDataConfig',
    longest: 4_096,
    shape: 'a path or URI',
    flag: { names: ['model_uri'], args: ['URI'] },
  }),
  inputS3: list({
    summary: 'An s3:// URI or a local path as a channel of this name: the same as --input.',
    source: 'InputDataConfig',
    most: 4,
    entry: () => undefined,
    flag: { names: ['input_s3', 'iis'], args: ['NAME', 'URI', '[DISTRIBUTION]', '[SUBDIR]'], repeat: true },
  }),
  inputTask: list({
    summary: 'An output (model, output, state, source, or one it names itself) of another task as a channel of this name.',
    source: 'InputDataConfig',
    most: 5,
    entry: () => undefined,
    flag: { names: ['input_task', 'iit'], args: ['NAME', 'TASK', 'TYPE', '[DISTRIBUTION]', '[SUBDIR]'], repeat: true },
  }),
  inputGroups: list({
    summary: 'The groups of machines that get an input, by its channel; without it all do.',
    source: 'InputDataConfig',
    kinds: trainingOnly,
    most: 20,
    entry: () => undefined,
    flag: { names: ['input_groups'], args: ['CHANNEL', 'GROUP...'], repeat: true },
  }),
  unpack: list({
    summary: 'Channels whose archives are unpacked before the program starts, such as a model of another task.',
    source: 'InputDataConfig',
    most: 20,
    entry: () => undefined,
    flag: { names: ['unpack'], args: ['CHANNEL...'], repeat: true },
  }),
}

/** How one call behaves. */
export const callOptions = {
  force: flag({
    summary: 'Run the task even if it is already completed.',
    source: 'decision',
    default: false,
    flag: { names: ['force_running', 'fr'] },
  }),
  clean: flag({
    summary: "Clear the task's state first; the task then runs even if it is already completed.",
    source: 'decision',
    default: false,
    flag: { names: ['clean_state', 'cs'] },
  }),
  keep: flag({
    summary: 'Use the output of the newest completed job, whatever has changed since.',
    source: 'decision',
    default: false,
    flag: { names: ['keep_state', 'ks'] },
  }),
  enableMetrics: flag({
    summary: 'Accepted for old command lines: metrics are on whenever one is given.',
    source: 'EnableSageMakerMetricsTimeSeries',
    kinds: trainingOnly,
    flag: { names: ['enable_sagemaker_metrics', 'm'] },
  }),
  outputPath: text({
    summary: 'A folder to download the logs to; add --download_model, --download_output or --download_state for more.',
    source: 'download',
    longest: 4_096,
    shape: 'a path',
    flag: { names: ['output_path', 'o'], args: ['DIR'] },
  }),
  downloadState: flag({
    summary: 'Download the state.',
    source: 'download',
    default: false,
    flag: { names: ['download_state'] },
  }),
  downloadModel: flag({
    summary: 'Download the model.',
    source: 'download',
    default: false,
    flag: { names: ['download_model'] },
  }),
  downloadOutput: flag({
    summary: 'Download the output.',
    source: 'download',
    default: false,
    flag: { names: ['download_output'] },
  }),
  noUnpack: flag({
    summary: 'Download the archives of model and output as they are, instead of unpacking them.',
    source: 'download',
    default: false,
    flag: { names: ['no_unpack'] },
  }),
}
