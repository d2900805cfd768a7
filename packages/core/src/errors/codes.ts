/** What is said about a code. */
interface CodeEntry {
  /** What it means, in one sentence. */
  readonly sentence: string
  /** Why it happens. */
  readonly cause: string
  /** What to do. */
  readonly remedy: string
  /** A message of such an error. */
  readonly example: string
}

/** Every code an error of this library can carry, with what is said about it. Printed in `docs/guides/errors.md`. */
export const errorCodes = {
  TASK_INVALID: {
    sentence: 'The task as described cannot run; every problem is listed with its path, value and limit.',
    cause:
      'An option has a value out of its limits, two options contradict each other, or what to run is missing. Nothing was started.',
    remedy: 'Fix the options that the message lists; `error.problems` (`InvalidTaskError`) has them as data.',
    example:
      'Task t cannot run:\n  instanceCount must be a whole number from 1 to 10000 (given: 0) — Write a whole number from 1 to 10000.',
  },
  NAME_INVALID: {
    sentence: 'A project, task, job or channel name breaks the rules of SageMaker.',
    cause: 'Names become parts of job names and of S3 keys, which allow few characters.',
    remedy: 'Choose a name of letters, digits and hyphens, as the hint says.',
    example: '"my task" is not a task name: 1 to 34 letters, digits and hyphens, with no hyphen at either end',
  },
  CODE_MISSING: {
    sentence: 'The entry file or a source folder does not exist or cannot be read.',
    cause:
      'The path is wrong, or is relative to another folder than the current one; or two files of the code would get one name on the machine.',
    remedy:
      "Correct the path. In a program, resolve it from the file itself: `fileURLToPath(new URL('train.py', import.meta.url))`.",
    example: '/home/me/ex/train.py does not exist',
  },
  CODE_UNBUNDLABLE: {
    sentence: 'The TypeScript or JavaScript entry could not be bundled with its imports.',
    cause: 'An import is not installed where the entry lies, or the source has a syntax error.',
    remedy: 'Install the package there, or correct the line that the message names; the messages are those of esbuild.',
    example: 'worker.ts cannot be bundled:\n  worker.ts:1:22: Could not resolve "csv-parse"',
  },
  PACKAGE_MISSING: {
    sentence: 'A file of this library cannot be found: the library was bundled into a program without its package.',
    cause: 'A bundler put the library into one file, without the launcher and the toolkits that it reads from its packages.',
    remedy: 'Mark `@simple-sagemaker/*` external and install it beside the bundle: [bundlers](bundlers.md).',
    example: 'The files of @simple-sagemaker/worker-toolkit cannot be found: was it bundled into your program?',
  },
  WHEELS_MISSING: {
    sentence: 'A package of the task is not available as a wheel for the Python and platform of its image.',
    cause: 'It has no wheel for this Python, the index of pip cannot be reached, or the file has a line that is not allowed.',
    remedy: 'Choose another version, put a wheel into an index of your own, or leave out `.packages()`.',
    example:
      'The packages of requirements.txt are not available as wheels for Python 3.12 on manylinux_2_28_x86_64:\n  ERROR: No matching distribution found for …',
  },
  INPUT_MISSING: {
    sentence: 'An input path or object does not exist or cannot be read.',
    cause: 'The path or the address is wrong, or there is nothing at it. Inputs are checked before a job starts.',
    remedy: 'Check the path, which counts from the current folder, or the bucket and the key.',
    example: 'Cannot read ./data: it does not exist',
  },
  OUTPUT_MISSING: {
    sentence: 'The output asked for does not exist: the source task has not completed, or left none.',
    cause:
      'An input names a task that has never completed, or whose program wrote nothing to that output; or a download asks for a job that is not there.',
    remedy: "Run the source task first. In a program, `input.from(task.output('model'))` runs it by itself.",
    example: 'Task prep of project ex has no completed job, so there is no model of it',
  },
  RESULT_INVALID: {
    sentence: 'The result that the work wrote does not match its declared schema.',
    cause:
      'The program wrote another shape than `.resultSchema(schema)` declares, or no result at all (`there is no result.json`).',
    remedy:
      'Fix the program or the schema; the job and its outputs are kept. To write a result, Python calls `worker_lib.write_result(value)` (`from worker_toolkit import worker_lib`, nothing to install), TypeScript `await writeResult(value)`; any other program writes JSON to the file `$SM_OUTPUT_DATA_DIR/result.json`. See [typed results](tasks.md#a-typed-result).',
    example: 'Job t-2026-01-02-03-04-05-a1b2c3d4 completed, but its result is not what the task declares:\n  accuracy: …',
  },
  FUNCTION_FAILED: {
    sentence: 'A function that ran on another machine threw an error.',
    cause: 'The function itself threw, or gave a value that JSON does not carry; after `map`, one or more of the items.',
    remedy:
      '`error.failed` (`FunctionFailedError`) has each failed call with its name, message and stack on the machine, `error.values` what the others gave. Call again: only what failed is repeated.',
    example: '2 of 100 items failed in embed:\n  item 3: RangeError: a text is empty',
  },
  GRAPH_CYCLE: {
    sentence: 'The tasks depend on each other in a cycle.',
    cause: 'A task reads an output of another task that reads, directly or through further tasks, an output of the first one.',
    remedy: 'Remove one of these inputs. A task may read its own earlier output by name.',
    example: 'The tasks depend on each other in a cycle: a → b → a',
  },
  GRAPH_FAILED: {
    sentence: 'Some tasks of the graph failed; the tasks that need them were not started.',
    cause: '`project.run()` ended with failed tasks. `error.outcomes` (`GraphFailedError`) holds how each task ended.',
    remedy: 'Fix the failed tasks and run again: finished tasks are skipped.',
    example: '1 of 3 tasks failed, 1 were blocked by them:\n  train: Job train-… failed: exit code 1 on algo-1',
  },
  SEARCH_FAILED: {
    sentence: 'A search ended without a completed trial, or with more failed trials than it tolerates.',
    cause: 'Trials failed, or all were stopped. `error.trials` (`SearchFailedError`) holds how each one ended.',
    remedy:
      'Fix what failed and run the same search again: trials that completed are kept. Or let some fail with `.tolerate(n)`.',
    example:
      '2 of 8 trials of train failed, and 0 are tolerated:\n  train-4fzk20q1mx: Job train-4fzk20q1mx-… failed: exit code 1 on algo-1',
  },
  JOB_FAILED: {
    sentence: 'The program of a job ended with an error.',
    cause:
      'The program ended with another exit code than 0, was killed, or could not be started; the message has its last lines.',
    remedy:
      'Read the whole log with `ssm logs JOB` or `result.logs()`; `error.exitCode`, `error.machine` and `error.lastLines` (`JobFailedError`) are facts to branch on.',
    example: 'Job train-2026-01-02-03-04-05-a1b2c3d4 failed: exit code 1 on algo-1\n  ValueError: loss is nan',
  },
  JOB_STOPPED: {
    sentence: 'The job was stopped before it ended.',
    cause: 'Somebody stopped it: `stop()`, `ssm stop`, or the console.',
    remedy: 'Run the task again: what it saved as state is kept.',
    example: 'Job train-2026-01-02-03-04-05-a1b2c3d4 was stopped',
  },
  JOB_TIMED_OUT: {
    sentence: 'The job ran longer than its time limit.',
    cause: 'The limit `maxRun`, or `maxWait` with spot machines, was reached; SageMaker then stops the job.',
    remedy: 'Raise the limit; a program that saves state continues where it stopped.',
    example: 'Job train-2026-01-02-03-04-05-a1b2c3d4 ran into its time limit',
  },
  JOB_LOST: {
    sentence: 'The job is gone: its record was deleted.',
    cause: 'The job was deleted while it was waited for, or the name is wrong, or the region or the account is another one.',
    remedy: 'Check the name and the place; run the task again for a new job.',
    example: 'sagemaker:DescribeTrainingJob found nothing (train-2026-01-02-03-04-05-a1b2c3d4).',
  },
  STATE_IN_USE: {
    sentence: 'The state of a task cannot be removed while one of its jobs is running.',
    cause: 'A run with `clean`, or state of another specification, while a job of the task is running and writes to the state.',
    remedy: 'Stop that job, or wait for its end, and run the task again.',
    example: 'The state of task train cannot be removed while job train-2026-01-02-03-04-05-a1b2c3d4 is running',
  },
  RUN_ABORTED: {
    sentence: 'Waiting was aborted by the caller; the job itself goes on.',
    cause: 'The signal of the call was aborted, the run was detached, or Ctrl-C was pressed.',
    remedy: 'Run the task again to join the job, or follow it with `ssm logs --follow JOB`.',
    example: 'Waiting for job train-2026-01-02-03-04-05-a1b2c3d4 was aborted; the job goes on',
  },
  OBJECT_MISSING: {
    sentence: 'A stored object does not exist.',
    cause: 'The key or the bucket is wrong, or the object was removed.',
    remedy: 'Check the name, the region and the account.',
    example: 's3:GetObject found nothing (arn:aws:s3:::bucket/key).',
  },
  OBJECT_CHANGED: {
    sentence: 'A conditional write lost: someone else wrote the object first.',
    cause: 'Two clients wrote the same object at once; the first one won.',
    remedy: 'Run again: a task that another client started is joined.',
    example: 'Someone else wrote it first (arn:aws:s3:::bucket/key).',
  },
  OBJECT_CORRUPT: {
    sentence: 'Stored bytes do not match their checksum.',
    cause: 'Bytes were changed on the way or in the store.',
    remedy: 'Transfer it again; when that fails too, the stored object itself is damaged.',
    example: 'The bytes do not match their checksum (arn:aws:s3:::bucket/key): …',
  },
  ARCHIVE_UNSAFE: {
    sentence: 'An archive or key would write outside its target folder, or is too large.',
    cause: 'A job stored a name such as `../x`, a device, or far more bytes than the archive has. Nothing was written.',
    remedy:
      'Have the job write it under another name, or fetch the archive unopened: `download({ unpack: false })`, `--no-unpack`.',
    example: '"../../.bashrc" is refused: it contains ".."',
  },
  STORAGE_FULL: {
    sentence: 'No space is left on the disk.',
    cause: 'The disk, or the quota of the user, is used up.',
    remedy: 'Free some space on that disk and run again: files that were written before are complete.',
    example: 'Cannot write out/model/weights.bin: no space is left',
  },
  STORAGE_DENIED: {
    sentence: 'A file or folder cannot be read or written.',
    cause:
      'The user that runs the program lacks the right, the file system is read-only, or a folder of others is in the way of a download.',
    remedy: 'Give the user the right, or choose another place.',
    example: 'Cannot make a folder in /srv/data: permission denied',
  },
  BUDGET_EXCEEDED: {
    sentence: 'A job may cost more than the budget of its project has left, so it was not started.',
    cause:
      'What jobs cost that ended, and the most that jobs can cost that are running, leave less than the most that this one can cost.',
    remedy:
      'Give it less time or fewer machines, wait for running jobs to end, or raise the budget: [what runs cost](cost.md#a-budget).',
    example:
      'Task train may cost 2.76 USD, which is 1.26 USD more than the budget of project ex has left: of 50.00 USD 48.50 USD are spent, and nothing is reserved.',
  },
  PRICE_UNKNOWN: {
    sentence: 'The price of a machine is not known, so a job cannot be kept within the budget.',
    cause: 'The price list does not have the machine, cannot be read, or the region has none; the message says which.',
    remedy: 'Name a file with prices, or allow jobs of unknown price, which are then not counted.',
    example: 'Task train cannot be kept within the budget: there is no price of ml.m5.large for training in cn-north-1.',
  },
  PLATFORM_CREDENTIALS: {
    sentence: 'No usable AWS credentials or region were found, or they have expired.',
    cause: 'No profile, variable or machine role gives credentials, they have expired, no region is set, or the clock is wrong.',
    remedy:
      'Run `aws sso login` or `aws configure`, set `AWS_PROFILE` and `AWS_REGION`; or try it without an account on the local platform. A job that was started goes on.',
    example: 'No AWS region is set.',
  },
  PLATFORM_DENIED: {
    sentence: 'AWS refused an action; the error names the action and the permission to add.',
    cause: 'The credentials, or a policy of the organization, do not allow it.',
    remedy: 'Have the statement in the hint added; `ssm policies` prints all of them: [administrators](administrators.md).',
    example: 'AWS refused s3:PutObject on arn:aws:s3:::bucket/key: Access Denied',
  },
  PLATFORM_QUOTA: {
    sentence: 'An account quota is exhausted.',
    cause: 'The account may not use so many machines of this type at once; new accounts often have a quota of 0.',
    remedy: 'Ask for more in the console under Service Quotas, wait for running jobs to end, or choose another type.',
    example:
      "An account quota is exhausted: The account-level service limit 'ml.g5.xlarge for training job usage' is 0 Instances, …",
  },
  PLATFORM_CAPACITY: {
    sentence: 'AWS has no machine of this type free right now.',
    cause: 'The region has none left, most often of spot or GPU machines.',
    remedy: 'Try later, or another type or region; with `.retry()` the task tries again by itself.',
    example: 'AWS has no such machine free right now: …',
  },
  PLATFORM_THROTTLED: {
    sentence: 'AWS kept asking to slow down until the retries were used up.',
    cause: 'Programs of the account ask for more than the service answers.',
    remedy: 'Run again in a minute. A job that was started goes on.',
    example: 'AWS kept asking to slow down at sagemaker:CreateTrainingJob until the attempts were used up.',
  },
  PLATFORM_UNREACHABLE: {
    sentence: 'The service could not be reached.',
    cause: 'No network, a proxy, a wrong region, or a wrong endpoint.',
    remedy:
      'Check the network, `HTTPS_PROXY`, `NO_PROXY`, the region and `AWS_ENDPOINT_URL`, then run again: a job that was started goes on.',
    example: 'The service could not be reached for s3:ListObjectsV2: getaddrinfo ENOTFOUND …',
  },
  PLATFORM_REFUSED: {
    sentence: 'The service refused the request as invalid.',
    cause: 'A value that only the service can check is wrong, or an edit by `.request()` made it so.',
    remedy: 'Read what the service says, which is part of the message, and correct the option.',
    example: 'AWS refused sagemaker:CreateTrainingJob: …',
  },
  PLATFORM_UNSUPPORTED: {
    sentence: 'This platform cannot do what was asked.',
    cause: 'The platform does not exist, or lacks an ability: images are built only where Docker or Podman is, for example.',
    remedy: 'Use what the hint names.',
    example: 'There is no platform "azure"',
  },
  BUCKET_FOREIGN: {
    sentence: 'The bucket belongs to another account.',
    cause: 'The default or chosen bucket is owned by somebody else. Nothing is written to it.',
    remedy: 'Name a bucket of your own.',
    example:
      'The bucket sagemaker-eu-west-1-111122223333 belongs to another account, or these credentials may not even look at it. Nothing was written to it.',
  },
  IMAGE_UNKNOWN: {
    sentence: 'No image is known for this framework, version or region.',
    cause:
      'The version is not in the table of images, the region has none, or the image comes from a registry that SageMaker does not take.',
    remedy: 'Choose what the hint names, or give the whole URI of an image in ECR.',
    example: 'No image of pytorch 2.99 is known.',
  },
  IMAGE_FAILED: {
    sentence: 'An image could not be built, pushed or pulled.',
    cause: 'A step of the Dockerfile failed, the registry refused the image, or there is no network.',
    remedy: "Read the last lines of the message, which are the builder's own, and correct the Dockerfile or the registry.",
    example: 'The image could not be built by CodeBuild (FAILED): \n…',
  },
  ENGINE_MISSING: {
    sentence: 'Neither docker nor podman answers, and one of them is needed.',
    cause: 'None is installed, its service is not running, or this user may not use it.',
    remedy: 'Install Docker or Podman, start it, or give the URI of an image that is built already.',
    example: 'Neither docker nor podman answers, and one of them is needed to build an image.',
  },
  USAGE: {
    sentence: 'The command line cannot be understood.',
    cause: 'An option is unknown, is given too few values, or could mean two things.',
    remedy: 'See the help of the command: `ssm run --help`.',
    example: 'ssm process has no option --lr',
  },
} as const satisfies Readonly<Record<string, CodeEntry>>

/** A code to branch on: `error.code === 'JOB_FAILED'`. */
export type ErrorCode = keyof typeof errorCodes
