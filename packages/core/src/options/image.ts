import type { JobKind } from '../spec/job-kind.ts'
import {
  distributionNames,
  distributionOf,
  launchInWords,
  launchProblem,
  type Launch,
  type TrainingDistribution,
} from '../spec/distribution.ts'
import type { PackagesSpec } from '../spec/image.ts'
import { unknownFields } from './did-you-mean.ts'
import { make, trainingOnly, type About, type Option, type Problem } from './option.ts'
import { flag, oneOf, text } from './option-types.ts'

/** In which container image the program runs. */
export const imageOptions = {
  /**
   * The framework whose ready-made image is used.
   *
   * `pytorch` (default for training), `tensorflow`, `sklearn` (default for processing), `xgboost`, `huggingface`.
   *
   * @see AlgorithmSpecification.TrainingImage in the CreateTrainingJob reference
   */
  framework: oneOf({
    summary: 'The framework whose ready-made image is used.',
    source: 'AlgorithmSpecification.TrainingImage',
    ignoredLocally: 'processes',
    default: (kind: JobKind) => (kind === 'training' ? 'pytorch' : 'sklearn'),
    method: (name: 'pytorch' | 'tensorflow' | 'sklearn' | 'xgboost' | 'huggingface') => name,
    choices: ['pytorch', 'tensorflow', 'sklearn', 'xgboost', 'huggingface', 'autogluon', 'mxnet'],
    flag: { names: ['framework', 'f'], args: ['NAME'] },
  }),
  /** The version of the framework; default the newest one in the image table. */
  frameworkVersion: text({
    summary: 'The version of the framework; default the newest one in the image table.',
    source: 'AlgorithmSpecification.TrainingImage',
    ignoredLocally: 'processes',
    method: (version: string) => version,
    longest: 64,
    pattern: /^[A-Za-z0-9._-]+$/,
    shape: "a version such as '2.8.0'",
    flag: { names: ['framework_version', 'fv'], args: ['VERSION'] },
  }),
  /** The Python of the image, as `py312`; default the newest one of the framework's version. */
  pythonVersion: text({
    summary: "The Python of the image, as `py312`; default the newest one of the framework's version.",
    source: 'AlgorithmSpecification.TrainingImage',
    ignoredLocally: 'processes',
    method: (version: string) => version,
    longest: 16,
    pattern: /^py\d+$/,
    shape: "a Python version such as 'py312'",
    flag: { names: ['py_version', 'pv'], args: ['PY'] },
  }),
  /**
   * A container image by its full URI, instead of a framework's.
   *
   * @example task.image('123456789012.dkr.ecr.eu-west-1.amazonaws.com/my-image:1').code('train.py')
   */
  image: text({
    summary: "A container image by its full URI, instead of a framework's.",
    source: 'AlgorithmSpecification.TrainingImage',
    ignoredLocally: 'processes',
    method: (uri: string) => uri,
    longest: 255,
    pattern: /^\S+$/,
    shape: "an image URI such as '111122223333.dkr.ecr.us-east-1.amazonaws.com/mine:1'",
    flag: { names: ['image'], args: ['URI'] },
  }),
  /** A Dockerfile's text, or a folder that holds one; `__BASE_IMAGE__` stands for the framework's image. */
  dockerfile: text({
    summary: "A Dockerfile's text, or a folder that holds one; `__BASE_IMAGE__` stands for the framework's image.",
    source: 'AlgorithmSpecification.TrainingImage',
    ignoredLocally: 'processes',
    method: (textOrFolder: string) => textOrFolder,
    longest: 65_536,
    shape: 'a folder or the text of a Dockerfile',
    flag: { names: ['docker_file_path_or_content', 'df'], args: ['PATH_OR_TEXT'] },
  }),
  /** The name of the ECR repository that a built image is pushed to. */
  repository: text({
    summary: 'The name of the ECR repository that a built image is pushed to.',
    source: 'AlgorithmSpecification.TrainingImage',
    ignoredLocally: 'processes',
    method: (name: string) => name,
    longest: 256,
    pattern: /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*$/,
    shape: 'lower-case letters and digits with single ".", "_", "-" or "/" between',
    flag: { names: ['aws_repo_name', 'ar'], args: ['NAME'] },
  }),
  /** The name of the image on this machine while it is built; default the repository's. */
  localRepository: text({
    summary: "The name of the image on this machine while it is built; default the repository's.",
    source: 'AlgorithmSpecification.TrainingImage',
    ignoredLocally: 'processes',
    method: (name: string) => name,
    longest: 256,
    pattern: /^[a-z0-9][a-z0-9._/-]*$/,
    shape: 'lower-case letters, digits, ".", "_", "-" and "/"',
    flag: { names: ['repo_name', 'rn'], args: ['NAME'] },
  }),
  /** The tag of a built image; default a tag made from its content. */
  imageTag: text({
    summary: 'The tag of a built image; default a tag made from its content.',
    source: 'AlgorithmSpecification.TrainingImage',
    ignoredLocally: 'processes',
    method: (tag: string) => tag,
    longest: 128,
    pattern: /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/,
    shape: 'letters, digits, ".", "_" and "-"',
    flag: { names: ['image_tag'], args: ['TAG'] },
  }),
  /**
   * Whether a job of this computer runs in a container of its image, with docker or podman.
   *
   * Default: only with the machine type `local` or `local_gpu` and an `image` or `dockerfile`. On AWS every job does.
   *
   * @throws {PlatformError} `ENGINE_MISSING` when neither docker nor podman answers.
   */
  container: flag({
    summary: 'Whether a job of this computer runs in a container of its image, with docker or podman.',
    source: 'local platform',
    flag: { names: ['container'], off: ['no_container'] },
  }),
  /**
   * A `requirements.txt` or a lock whose packages come as wheels, so that the machine installs them without a network.
   *
   * A `requirements.txt`, `uv.lock`, `poetry.lock` or `pylock.toml` on this computer. pip brings the wheels here, once for each content
   * of the file, and for the Python and platform of the image: `{ python: '3.12', platform: 'manylinux2014_x86_64' }` where the image's
   * name does not say so. The machine installs them from the channel `dependencies` by their digests, with `networkIsolation` too.
   * A `requirements.txt` in the code is then not installed. For Python entries.
   *
   * @throws {SsmError} `WHEELS_MISSING` for a package that has no such wheel, `CODE_MISSING` for a file that is not there.
   * @see InputDataConfig in the CreateTrainingJob reference
   */
  packages: packagesOption({
    summary: 'A `requirements.txt` or a lock whose packages come as wheels, so that the machine installs them without a network.',
    source: 'InputDataConfig',
    flag: { names: ['packages'], args: ['FILE', '[PYTHON]', '[PLATFORM]'] },
  }),
  /**
   * What starts the program: a launcher such as `accelerate launch`, or SageMaker's training toolkit in the image.
   *
   * A list is a program and its arguments, to which the entry and its arguments are added; `{rank}`, `{machines}`, `{processes}`, `{allProcesses}`, `{master}`,
   * `{port}`, `{hosts}` and `{python}` in it are replaced on each machine. For `.code()`, without `distribution`. `'toolkit'` makes SageMaker's
   * classic script-mode request, for images that bring its training toolkit: training tasks with a `.py` or `.sh` entry and no `args`.
   *
   * @example task.code('train.py').launch(['accelerate', 'launch', '--num_machines', '{machines}'])
   * @see HyperParameters in the CreateTrainingJob reference
   */
  launch: make<Launch, JobKind, [launch: Launch], undefined>(
    {
      summary: "What starts the program: a launcher such as `accelerate launch`, or SageMaker's training toolkit in the image.",
      source: 'AlgorithmSpecification',
      flag: { names: ['launch'] },
    },
    { args: ['LAUNCHER'], read: (given) => launchInWords(given.at(-1)?.[0] ?? '') },
    (value) => value,
    (value, path) => {
      const message = launchProblem(value)
      const hint = {
        library: "Write .launch(['accelerate', 'launch', '--num_machines', '{machines}']), or .launch('toolkit').",
        commandLine: "Write --launch 'accelerate launch --num_machines {machines}', or --launch toolkit.",
      }
      return message === undefined ? [] : [{ path, value, message, hint }]
    },
  ),
  /**
   * How several processes and machines work together: `torchrun`, `mpi`, `parameter_server` or `multi_worker_mirrored`.
   *
   * `torchrun` and `mpi` start one process for each GPU or Neuron core of every machine, one without any;
   * `{ torchrun: { processesPerMachine: 4 } }` sets the number, `{ mpi: { options: ['-x', 'NAME'] } }` options of `mpirun`. The other
   * two set TensorFlow's `TF_CONFIG`. The Python SDK's forms, `{ torch_distributed: { enabled: true } }`, are accepted as well.
   *
   * @example task.code('train.py').instances('ml.g5.12xlarge', 2).distribution('torchrun')
   * @see Environment in the CreateTrainingJob reference
   */
  distribution: distributionOption({
    summary:
      'How several processes and machines work together: `torchrun`, `mpi`, `parameter_server` or `multi_worker_mirrored`.',
    source: 'Environment.SSM_DISTRIBUTION',
    kinds: trainingOnly,
    flag: { names: ['distribution'], args: ['POLICY'] },
  }),
}

/** A file, or a file with the Python and the platform that its wheels are for. */
export type Packages = string | PackagesSpec

function packagesOption(
  about: Pick<About<string, JobKind, [], undefined>, 'summary' | 'source' | 'flag'>,
): Option<Packages, JobKind, [file: string, target?: Omit<PackagesSpec, 'file'>], undefined> {
  const { flag, ...rest } = about
  const shape = "the path of a 'requirements.txt', 'uv.lock', 'poetry.lock' or 'pylock.toml'"
  const made = text({ ...rest, longest: 4_096, pattern: /\.(txt|in|lock|toml)$/, shape, ...(flag === undefined ? {} : { flag }) })
  const read = (given: readonly (readonly string[])[]): Packages => {
    const [file = '', python, platform] = given.at(-1) ?? []
    return packagesOf(file, { ...(python === undefined ? {} : { python }), ...(platform === undefined ? {} : { platform }) })
  }
  return {
    ...made,
    method: (file: string, target: Omit<PackagesSpec, 'file'> = {}) => packagesOf(file, target),
    problems: (value, path) => {
      const given: unknown = value
      if (typeof given !== 'object' || given === null || Array.isArray(given)) return made.problems(given as string, path)
      const { file, python, platform } = given as Partial<Record<keyof PackagesSpec, unknown>>
      return [
        ...made.problems(file as string, `${path}.file`),
        ...shaped(`${path}.python`, python, /^3\.\d{1,2}$/, "a version of Python such as '3.12'"),
        ...unknownFields(given, { file: true, python: true, platform: true }, path),
        ...shaped(`${path}.platform`, platform, /^[a-z0-9_]{1,64}$/, "a platform tag such as 'manylinux2014_x86_64'"),
      ]
    },
    ...(made.flag === undefined ? {} : { flag: { ...made.flag, read } }),
  }
}

const packagesOf = (file: string, target: Omit<PackagesSpec, 'file'>): Packages =>
  Object.keys(target).length === 0 ? file : { ...target, file }

const shaped = (path: string, value: unknown, pattern: RegExp, shape: string): readonly Problem[] =>
  value === undefined || (typeof value === 'string' && pattern.test(value))
    ? []
    : [{ path, value, message: `must be ${shape}`, hint: 'Leave it out to take what the name of the image says.' }]

/** How several processes and machines work together: a name, a name with settings, or what the Python SDK takes. */
function distributionOption(
  about: Pick<About<TrainingDistribution, 'training', [], undefined>, 'summary' | 'source' | 'kinds' | 'flag'>,
): Option<TrainingDistribution, 'training', [distribution: TrainingDistribution], undefined> {
  const { flag, ...rest } = about
  const named = oneOf({ ...rest, choices: distributionNames, ...(flag === undefined ? {} : { flag }) })
  return {
    ...named,
    kinds: ['training'],
    method: (distribution: TrainingDistribution) => distribution,
    problems: (value, path) => {
      const found = distributionOf(value)
      const hint = {
        library: "Write .distribution('torchrun'), or .distribution({ mpi: { processesPerMachine: 2 } }).",
        commandLine: `Write --distribution torchrun, or --distribution '{"mpi": {"enabled": true, "processes_per_host": 2}}'.`,
      }
      return typeof found === 'object' ? [] : [{ path, value, message: found ?? 'has no policy that is turned on', hint }]
    },
    ...(named.flag === undefined ? {} : { flag: { ...named.flag, read: (given) => readText(given.at(-1)?.[0] ?? '') } }),
  }
}

// What is no JSON is a name, right or wrong: the check says which.
function readText(text: string): TrainingDistribution {
  if (!text.trimStart().startsWith('{')) return text as TrainingDistribution
  try {
    return JSON.parse(text) as TrainingDistribution
  } catch {
    return text as TrainingDistribution
  }
}
