import { count, flag, oneOf, text } from '@simple-sagemaker/core/options'

const source = 'command line'

/** What `ps` takes. */
export const listOptions = {
  watch: flag({ summary: 'Show every change until no job is running.', source, flag: { names: ['watch', 'w'] } }),
  status: oneOf({
    summary: 'Only jobs with this status.',
    source,
    choices: ['running', 'completed', 'failed', 'stopped'],
    flag: { names: ['status'], args: ['STATUS'] },
  }),
  last: count({
    summary: 'How many of the newest jobs of each task.',
    source,
    default: 5,
    from: 1,
    to: 25,
    flag: { names: ['last', 'n'], args: ['N'] },
  }),
  usage: flag({ summary: 'Show what the machines used, and what is hardly used.', source, flag: { names: ['usage'] } }),
  series: flag({
    summary: 'Show the last value and the course of each metric. Reads the logs of the jobs that are listed.',
    source,
    flag: { names: ['metrics'] },
  }),
  trials: flag({
    summary:
      'List each trial of a search; else those of a task are one line, unless -t, --json or a question about each job is there.',
    source,
    flag: { names: ['trials'] },
  }),
}

/** What `warm` takes. */
export const warmOptions = {
  end: text({
    summary: 'Let go of the warm machines of this job, or of all that are listed.',
    source: 'KeepAlivePeriodInSeconds',
    longest: 63,
    shape: 'the name of a job, or all',
    flag: { names: ['end'], args: ['JOB|all'] },
  }),
}

/** What `tensorboard` takes. */
export const tensorboardOptions = {
  boardPort: count({
    summary: 'The port to listen on; default any that is free.',
    source,
    from: 1,
    to: 65_535,
    flag: { names: ['port'], args: ['PORT'] },
  }),
  noInstall: flag({
    summary: 'Install nothing: use the tensorboard of the PATH.',
    source,
    flag: { names: ['no_install'] },
  }),
}

/** What `types` takes. */
export const typesOptions = {
  typesOut: text({
    summary: 'The file to write: .py for Python (default ssm_types.py beside FILE), .ts for TypeScript.',
    source,
    longest: 4_096,
    pattern: /\.(py|[cm]?ts)$/,
    shape: 'a path that ends in .py or .ts',
    flag: { names: ['out'], args: ['PATH'] },
  }),
  typesCheck: flag({
    summary: 'Write nothing; fail when the file is not what the program declares. For CI.',
    source,
    flag: { names: ['check'] },
  }),
  typesWatch: flag({ summary: 'Write again whenever a file of the program changes.', source, flag: { names: ['watch'] } }),
}

/** What `graph` takes. */
export const graphOptions = {
  mermaid: flag({ summary: 'Draw it as a Mermaid flowchart.', source, flag: { names: ['mermaid'] } }),
}

/** What `config` takes. */
export const configOptions = {
  showOrigin: flag({ summary: 'Show where each value comes from.', source, flag: { names: ['show_origin'] } }),
}
