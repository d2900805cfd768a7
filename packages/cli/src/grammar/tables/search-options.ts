import { count, flag, list, oneOf, text } from '@simple-sagemaker/core/options'

const source = 'search'

/** What `search` takes beside the options of the task. */
export const searchOptions = {
  search: list({
    summary:
      'What is searched: NAME log|float|int LOW HIGH, NAME choice TEXT TEXT …, or NAME choice_json JSON JSON … for values that are no text.',
    source,
    most: 90,
    entry: () => undefined,
    flag: { names: ['search'], args: ['NAME', 'KIND', 'VALUE...'], repeat: true },
  }),
  minimize: text({
    summary: 'The metric that should become small: a name given by --md.',
    source,
    longest: 255,
    shape: 'the name of a metric',
    flag: { names: ['minimize'], args: ['METRIC'] },
  }),
  maximize: text({
    summary: 'The metric that should become large: a name given by --md.',
    source,
    longest: 255,
    shape: 'the name of a metric',
    flag: { names: ['maximize'], args: ['METRIC'] },
  }),
  trials: count({
    summary: 'How many trials there are in all.',
    source,
    default: 20,
    from: 1,
    to: 100_000,
    flag: { names: ['trials'], args: ['N'] },
  }),
  parallel: count({
    summary: 'How many trials run at once.',
    source,
    default: 4,
    from: 1,
    to: 1_000,
    flag: { names: ['parallel'], args: ['N'] },
  }),
  within: text({
    summary: "How long this command may search, such as '6 hours': then no trial begins, and those that run are stopped.",
    source,
    longest: 64,
    shape: 'a duration',
    flag: { names: ['within'], args: ['TIME'] },
  }),
  tolerate: count({
    summary: 'How many trials may fail.',
    source,
    default: 0,
    from: 0,
    to: 100_000,
    flag: { names: ['tolerate'], args: ['N'] },
  }),
  by: oneOf({
    summary: 'How values are chosen.',
    source,
    choices: ['bayes', 'grid', 'random'],
    default: 'bayes',
    flag: { names: ['by'], args: ['STRATEGY'] },
  }),
  on: oneOf({
    summary: "Who chooses the values and starts the trials: SageMaker's own tuner, on AWS. Default: this command.",
    source,
    choices: ['sagemaker'],
    flag: { names: ['on'], args: ['TUNER'] },
  }),
  searchSeed: count({
    summary: 'Another seed chooses other values.',
    source,
    default: 0,
    from: 0,
    to: 2 ** 31,
    flag: { names: ['search_seed'], args: ['N'] },
  }),
  stopEarly: flag({ summary: 'Stop trials that fall behind while they run.', source, flag: { names: ['stop_early'] } }),
}

/** What `best` takes. */
export const bestOptions = {
  searchNumber: count({
    summary: 'Which search of the task: 1 is the newest, 2 the one before it.',
    source,
    default: 1,
    from: 1,
    to: 100_000,
    flag: { names: ['search'], args: ['N'] },
  }),
}
