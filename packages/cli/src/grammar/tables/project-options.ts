import { oneOf, text } from '@simple-sagemaker/core/options'

const folder = { longest: 4_096, pattern: /^(?=.*\S)\P{Cc}+$/u, shape: 'a path, not blank and without control characters' }
/** Which task, and where it lives. */
export const projectOptions = {
  project: text({
    summary: 'Project name.',
    source: 'S3 layout',
    longest: 63,
    shape: 'a project name',
    flag: { names: ['project_name', 'p'], args: ['NAME'] },
  }),
  prefix: text({
    summary: 'S3 prefix in front of the project.',
    source: 'S3 layout',
    longest: 512,
    shape: 'a key prefix',
    flag: { names: ['prefix'], args: ['PREFIX'] },
  }),
  task: text({
    summary: 'Task name.',
    source: 'TrainingJobName',
    longest: 34,
    shape: 'a task name',
    flag: { names: ['task_name', 't'], args: ['NAME'] },
  }),
  bucket: text({
    summary: "S3 bucket name (the account's default one when not given).",
    source: 'S3 layout',
    longest: 63,
    shape: 'a bucket name',
    flag: { names: ['bucket_name', 'b'], args: ['BUCKET'] },
  }),
  platform: oneOf({
    summary: 'Where the job runs.',
    source: 'platform',
    default: 'aws',
    choices: ['aws', 'local'],
    flag: { names: ['platform'], args: ['PLATFORM'] },
  }),
  python: text({
    summary: 'The Python of local jobs: an interpreter, the folder of a virtual environment, or a name in the PATH.',
    source: 'platform',
    defaultText: 'VIRTUAL_ENV, else a .venv beside the code, else python3',
    longest: 4_096,
    shape: 'a path or a name',
    flag: { names: ['python'], args: ['PATH'] },
  }),
  /** No flag: it belongs to a folder, and not to one line. */
  localDir: text({ summary: 'The folder of the local platform.', source: 'platform', ...folder }),
  prices: text({
    summary: 'Where prices are from: platform, the AWS Price List for jobs on AWS, or a file. Shows what jobs cost.',
    source: 'prices',
    ...folder,
    flag: { names: ['prices'], args: ['FILE'] },
  }),
  budget: text({
    summary: 'US dollars that all jobs of the project may cost together. A job that could cost more is not started.',
    source: 'budget',
    longest: 16,
    pattern: /^\d{1,9}(\.\d+)?$/,
    shape: 'an amount such as 50 or 12.50',
    flag: { names: ['budget'], args: ['USD'] },
  }),
  region: text({
    summary: 'AWS region.',
    source: 'client',
    longest: 32,
    pattern: /^[a-z]{2,5}(-[a-z]+)+-\d+$/,
    shape: 'the name of a region, such as us-east-1',
    flag: { names: ['region'], args: ['REGION'] },
  }),
  profile: text({
    summary: 'AWS profile.',
    source: 'client',
    longest: 128,
    shape: 'a profile name',
    flag: { names: ['profile'], args: ['PROFILE'] },
  }),
}
