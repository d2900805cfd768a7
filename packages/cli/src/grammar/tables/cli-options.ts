import { count, flag, list, oneOf, text } from '@simple-sagemaker/core/options'

/*
 * Flags that only a command line has, made with the same makers as every option of the library: names, arities, checks, help
 * and completion come from here alone.
 */

const source = 'command line'

/** Flags that every command takes. */
export const globalOptions = {
  json: flag({ summary: 'Print JSON on stdout, and errors as JSON on stderr.', source, flag: { names: ['json'] } }),
  quiet: flag({ summary: 'Print nothing but warnings and errors.', source, flag: { names: ['quiet', 'q'] } }),
  verbose: flag({ summary: 'Print errors with their causes and stack.', source, flag: { names: ['verbose'] } }),
  noInput: flag({ summary: 'Never ask a question.', source, flag: { names: ['no_input'] } }),
  help: flag({ summary: 'Show this help.', source, flag: { names: ['help', 'h'] } }),
  version: flag({ summary: 'Show the version.', source, flag: { names: ['version'] } }),
}

/** What a line of `run`, `shell` or `process` may add about itself. */
export const planOptions = {
  dryRun: flag({
    summary: 'Show what would run, without running it: the same as ssm plan.',
    source,
    flag: { names: ['dry_run'] },
  }),
  detach: flag({
    summary: 'Return as soon as the job is submitted, and print its name: ssm wait JOB waits for its end.',
    source,
    flag: { names: ['detach'] },
  }),
}

/** What jobs cost. */
export const costOptions = {
  cost: flag({
    summary: 'Show what jobs cost, with the prices of the platform unless --prices names others.',
    source: 'prices',
    flag: { names: ['cost'] },
  }),
}

/** How a budget is kept. */
export const budgetOptions = {
  allowUnknownPrices: flag({
    summary: 'With --budget: also start jobs whose price is not known. They are not counted.',
    source: 'budget',
    flag: { names: ['allow_unknown_prices'] },
  }),
}

/** Environment variables of the program that come from this computer's environment. */
export const environmentOptions = {
  envFrom: list({
    summary: 'Environment variables that the program gets with the values they have here.',
    source: 'Environment',
    most: 100,
    entry: () => undefined,
    flag: { names: ['env_from'], args: ['NAME...'], repeat: true },
  }),
  secret: list({
    summary:
      'The same for secrets. Masked in what this command prints, and locally in the stored log. On AWS the stored log holds what the program itself printed.',
    source: 'Environment',
    most: 100,
    entry: () => undefined,
    flag: { names: ['secret'], args: ['NAME...'], repeat: true },
  }),
}

/** What `policies` takes. */
export const policyOptions = {
  account: text({
    summary: 'The account id, twelve digits; the one of the credentials when not given.',
    source,
    longest: 12,
    pattern: /^\d{12}$/,
    shape: 'twelve digits',
    flag: { names: ['account'], args: ['ID'] },
  }),
  inputs: list({
    summary: "s3:// URIs that jobs read outside the project's folder.",
    source,
    most: 50,
    entry: () => undefined,
    flag: { names: ['inputs'], args: ['URI...'], repeat: true },
  }),
  permissionsBoundary: text({
    summary: 'ARN of the managed policy that bounds every role that is made; SSM_PERMISSIONS_BOUNDARY when not given.',
    source,
    longest: 2_048,
    shape: 'an ARN',
    flag: { names: ['permissions_boundary'], args: ['ARN'] },
  }),
  prices: flag({
    summary: 'Also what showing costs and keeping a budget needs: reading the AWS Price List.',
    source,
    flag: { names: ['cost'] },
  }),
  tuning: flag({
    summary: "Also what a search on SageMaker's own tuner needs.",
    source,
    flag: { names: ['tuning'] },
  }),
  only: oneOf({
    summary: 'Only this document.',
    source,
    choices: ['trust', 'job', 'caller', 'setup', 'makeBucket', 'images'],
    flag: { names: ['only'], args: ['DOCUMENT'] },
  }),
}

/** What `init` takes. */
export const initOptions = {
  template: oneOf({
    summary: 'What to start from: a script, a pipeline of two tasks, or an HTTP service.',
    source,
    choices: ['script', 'pipeline', 'service'],
    default: 'script',
    flag: { names: ['template'], args: ['NAME'] },
  }),
}

/** What `logs` takes. */
export const logOptions = {
  follow: flag({
    summary: 'Print new lines until the job ends; the exit code tells how it ended.',
    source,
    flag: { names: ['follow', 'f'] },
  }),
  tail: count({
    summary: 'How many of the last lines; 0 for all.',
    source,
    default: 100,
    from: 0,
    to: 1_000_000_000,
    flag: { names: ['tail', 'n'], args: ['N'] },
  }),
  since: text({
    summary: "Only lines newer than this: a span such as '10m' or '2h', or a time such as '2026-03-01T12:00'.",
    source,
    longest: 64,
    shape: 'a span or a moment',
    flag: { names: ['since'], args: ['WHEN'] },
  }),
  machine: text({
    summary: 'Only lines of this machine, such as algo-2.',
    source,
    longest: 64,
    shape: 'the name of a machine',
    flag: { names: ['machine', 'node'], args: ['NAME'] },
  }),
  search: text({
    summary: 'Only lines that contain this text, ignoring case.',
    source,
    longest: 1_000,
    shape: 'a text',
    flag: { names: ['search'], args: ['TEXT'] },
  }),
  timestamps: flag({ summary: 'Show when each line was written.', source, flag: { names: ['timestamps'] } }),
}

/** What `report` takes. */
export const reportOptions = {
  file: text({
    summary: 'The file to write; an earlier report of this name is replaced. Default: report.html.',
    source,
    longest: 4_096,
    shape: 'a path',
    flag: { names: ['output', 'o'], args: ['FILE'] },
  }),
}

/** What `watch` takes. */
export const watchOptions = {
  web: flag({
    summary: 'Serve the page on this computer alone, at an address that nobody can guess.',
    source,
    flag: { names: ['web'] },
  }),
  port: count({
    summary: 'The port to listen on; default any that is free.',
    source,
    from: 1,
    to: 65_535,
    flag: { names: ['port'], args: ['PORT'] },
  }),
}

/** What `clean` takes. */
export const cleanOptions = {
  keepJobs: count({
    summary: 'How many of the newest jobs of each task stay.',
    source,
    from: 1,
    to: 1_000_000,
    flag: { names: ['keep'], args: ['N'] },
  }),
  packages: flag({
    summary: 'Remove the packages installed for local jobs, too: the next job that needs them installs them again.',
    source,
    flag: { names: ['packages'] },
  }),
  yes: flag({ summary: 'Remove without asking.', source, flag: { names: ['yes', 'y'] } }),
}

/** Where the inputs and outputs of a processing task lie on the machine. */
export const placeOptions = {
  inputAt: list({
    summary: 'The folder of an input on the machine, below /opt/ml/processing/.',
    source: 'ProcessingInputs',
    most: 40,
    entry: () => undefined,
    flag: { names: ['input_at'], args: ['NAME', 'PATH'], repeat: true },
  }),
  outputAt: list({
    summary: 'A folder to keep as an output of this name, below /opt/ml/processing/.',
    source: 'ProcessingOutputConfig',
    most: 40,
    entry: () => undefined,
    flag: { names: ['output_at'], args: ['NAME', 'PATH'], repeat: true },
  }),
}
