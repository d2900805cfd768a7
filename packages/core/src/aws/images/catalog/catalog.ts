import {
  autogluonRegistry,
  basePython,
  builtIn,
  classic,
  deepLearning,
  legacy,
  neuronRegistry,
  type Registry,
} from './accounts.ts'

/** One published version of a framework's training image. */
export interface FrameworkImage {
  readonly framework: string
  readonly version: string
  readonly python: string
  readonly registry: Registry
  readonly repository: string
  /** The tag per kind of processor; a kind that is missing is not published. */
  readonly tags: { readonly cpu?: string; readonly gpu?: string; readonly trainium?: string }
  /** The day after which it gets no more security fixes, `2027-07-20`; absent when AWS names none. */
  readonly patchedUntil?: string
  /** The oldest GPUs that its build runs on; absent for any. */
  readonly oldestGpu?: GpuGeneration
}

/** Generations of NVIDIA GPUs that machines have, as far as images differ in them: the K80 of ml.p2, the V100 of ml.p3, later ones. */
export type GpuGeneration = 'kepler' | 'volta' | 'turing'

/** A built-in algorithm's image. */
export interface AlgorithmImage {
  readonly algorithm: string
  readonly version: string
  readonly registry: Registry
  readonly repository: string
  readonly tag: string
  readonly patchedUntil?: string
}

const row = (
  framework: string,
  version: string,
  python: string,
  registry: Registry,
  repository: string,
  tags: FrameworkImage['tags'],
  patchedUntil?: string,
  oldestGpu?: GpuGeneration,
): FrameworkImage => ({
  framework,
  version,
  python,
  registry,
  repository,
  tags,
  ...(patchedUntil === undefined ? {} : { patchedUntil }),
  ...(oldestGpu === undefined ? {} : { oldestGpu }),
})

/** The same rows, with the oldest GPUs they run on. */
const from = (oldestGpu: GpuGeneration, rows: readonly FrameworkImage[]): readonly FrameworkImage[] =>
  rows.map((image) => ({ ...image, oldestGpu }))

/** Images that end in `-cpu-py3` and `-gpu-py3`, one per version: `2.8.0-gpu-py312`. */
function shortTags(
  framework: string,
  python: string,
  versions: string,
  repository = `${framework}-training`,
  registry = deepLearning,
): readonly FrameworkImage[] {
  return versions.split(' ').map((entry) => {
    const [version = '', patchedUntil] = entry.split('<')
    return row(
      framework,
      version,
      python,
      registry,
      repository,
      { cpu: `${version}-cpu-${python}`, gpu: `${version}-gpu-${python}` },
      patchedUntil ?? longGone,
    )
  })
}

/** For versions whose last patch AWS does not date any more: some day before this table was made. */
const longGone = '2025-12-31'

/** From PyTorch 2.11 on the tag names the CUDA build. */
// CUDA 13 builds for Turing and later; PyTorch's builds of CUDA 12.8 for 2.7 do, too (pytorch/pytorch#157517, #160269).
const pytorchCuda = (version: string, cuda: string, patchedUntil: string): FrameworkImage =>
  row(
    'pytorch',
    version,
    'py312',
    deepLearning,
    'pytorch',
    { cpu: `${version}-cpu-amzn2023-sagemaker`, gpu: `${version}-${cuda}-amzn2023-sagemaker` },
    patchedUntil,
    'turing',
  )

const huggingface = (
  version: string,
  pytorch: string,
  python: string,
  build: string,
  oldestGpu: GpuGeneration,
): FrameworkImage => ({
  ...row('huggingface', version, python, deepLearning, 'huggingface-pytorch-training', {
    gpu: `${pytorch}-transformers${version}-gpu-${python}-${build}`,
  }),
  oldestGpu,
})

/** For Trainium. The tags name the Neuron SDK, of which the newest is taken. */
const neuron = (framework: string, version: string, python: string, build: string, pytorch = ''): FrameworkImage => {
  const repository = framework === 'pytorch' ? 'pytorch-training-neuronx' : 'huggingface-pytorch-training-neuronx'
  return row(framework, version, python, neuronRegistry, repository, {
    trainium: `${pytorch}${version}-neuronx-${python}-${build}`,
  })
}

const sklearn = (version: string, tag: string, python: string, patchedUntil: string): FrameworkImage =>
  row('sklearn', version, python, classic, 'sagemaker-scikit-learn', { cpu: tag }, patchedUntil)

const xgboost = (version: string, patchedUntil: string, tag = version): FrameworkImage =>
  row('xgboost', version, 'py3', classic, 'sagemaker-xgboost', { cpu: tag, gpu: tag }, patchedUntil)

/** Every known framework image, the newest first within a framework. */
export const frameworkImages: readonly FrameworkImage[] = [
  pytorchCuda('2.13.0', 'cu133', '2027-07-20'),
  pytorchCuda('2.12.1', 'cu130', '2027-07-02'),
  pytorchCuda('2.11.0', 'cu130', '2027-04-30'),
  ...from('turing', shortTags('pytorch', 'py313', '2.10.0<2027-01-21')),
  ...from('turing', shortTags('pytorch', 'py312', '2.9.0<2026-10-15')),
  ...from('volta', shortTags('pytorch', 'py312', '2.8.0<2026-08-06')),
  ...from('turing', shortTags('pytorch', 'py312', '2.7.1<2026-04-23')),
  ...from('volta', shortTags('pytorch', 'py312', '2.6.0<2026-01-29')),
  neuron('pytorch', '2.9.0', 'py312', 'sdk2.30.0-ubuntu24.04'),
  neuron('pytorch', '2.8.0', 'py311', 'sdk2.26.1-ubuntu22.04'),
  neuron('pytorch', '2.7.0', 'py310', 'sdk2.25.0-ubuntu22.04'),
  neuron('pytorch', '2.6.0', 'py310', 'sdk2.23.0-ubuntu22.04'),
  ...from('volta', shortTags('pytorch', 'py311', '2.5.1 2.4.0 2.3.0')),
  ...from('volta', shortTags('pytorch', 'py310', '2.2.0 2.1.0 2.0.1 2.0.0')),
  ...shortTags('pytorch', 'py39', '1.13.1'),
  ...shortTags('pytorch', 'py38', '1.12.1 1.12.0 1.11.0 1.10.2 1.10.0 1.9.1 1.9.0'),
  ...shortTags('pytorch', 'py36', '1.8.1 1.8.0 1.7.1 1.6.0'),
  ...shortTags('pytorch', 'py3', '1.8.1 1.8.0 1.7.1 1.6.0 1.5.0 1.4.0 1.3.1 1.2.0'),
  ...shortTags('pytorch', 'py3', '1.1.0 1.0.0', 'sagemaker-pytorch', legacy),
  row(
    'tensorflow',
    '2.21.0',
    'py312',
    deepLearning,
    'tensorflow-training',
    { cpu: '2.21.0-cpu-py312-sagemaker', gpu: '2.21.0-gpu-py312-sagemaker' },
    '2027-07-10',
    'volta',
  ),
  row(
    'tensorflow',
    '2.19.0',
    'py312',
    deepLearning,
    'tensorflow-training',
    { cpu: '2.19.0-cpu-py312-sagemaker', gpu: '2.19.0-gpu-py312-sagemaker' },
    '2026-03-11',
    'volta',
  ),
  ...from('volta', shortTags('tensorflow', 'py310', '2.18.0 2.16.2 2.14.1 2.13.0 2.12.0')),
  ...from('volta', shortTags('tensorflow', 'py39', '2.11.0 2.10.1 2.9.2')),
  ...shortTags('tensorflow', 'py39', '2.8.0'),
  ...shortTags('tensorflow', 'py38', '2.7.1 2.6.3 2.6.2 2.6.0'),
  ...shortTags('tensorflow', 'py37', '2.5.1 2.5.0 2.4.3 2.4.1 2.3.2 2.3.1 2.3.0 2.2.2 2.2.1 2.2.0'),
  ...shortTags('tensorflow', 'py3', '2.1.3 2.1.2 2.1.1 2.1.0 2.0.4 2.0.3 2.0.2 2.0.1 1.15.5 1.14.0'),
  ...shortTags('tensorflow', 'py3', '1.12.0 1.11.0', 'sagemaker-tensorflow-scriptmode', legacy),
  huggingface('5.3.0', '2.9.0', 'py312', 'cu130-ubuntu22.04', 'turing'),
  huggingface('4.56.2', '2.8.0', 'py312', 'cu129-ubuntu22.04', 'volta'),
  huggingface('4.55.0', '2.7.1', 'py312', 'cu128-ubuntu22.04', 'turing'),
  huggingface('4.49.0', '2.5.1', 'py311', 'cu124-ubuntu22.04', 'volta'),
  huggingface('4.48.0', '2.3.0', 'py311', 'cu121-ubuntu20.04', 'volta'),
  huggingface('4.46.1', '2.3.0', 'py311', 'cu121-ubuntu20.04', 'volta'),
  huggingface('4.36.0', '2.1.0', 'py310', 'cu121-ubuntu20.04', 'volta'),
  huggingface('4.28.1', '2.0.0', 'py310', 'cu118-ubuntu20.04', 'volta'),
  huggingface('4.26.0', '1.13.1', 'py39', 'cu117-ubuntu20.04', 'kepler'),
  huggingface('4.17.0', '1.10.2', 'py38', 'cu113-ubuntu20.04', 'kepler'),
  neuron('huggingface', '4.55.4', 'py310', 'sdk2.26.0-ubuntu22.04', '2.8.0-transformers'),
  neuron('huggingface', '4.51.0', 'py310', 'sdk2.24.1-ubuntu22.04', '2.7.0-transformers'),
  neuron('huggingface', '4.48.1', 'py310', 'sdk2.20.0-ubuntu20.04', '2.1.2-transformers'),
  ...from('turing', shortTags('autogluon', 'py311', '1.5.0 1.4.0', undefined, autogluonRegistry)),
  ...from('volta', shortTags('autogluon', 'py311', '1.3.0 1.2.0 1.1.1', undefined, autogluonRegistry)),
  ...from('volta', shortTags('autogluon', 'py310', '1.1.0 1.0.0', undefined, autogluonRegistry)),
  ...shortTags('autogluon', 'py39', '0.8.2 0.7.0', undefined, autogluonRegistry),
  ...shortTags('mxnet', 'py38', '1.9.0', undefined, autogluonRegistry),
  ...shortTags('mxnet', 'py37', '1.8.0', undefined, autogluonRegistry),
  ...shortTags('mxnet', 'py3', '1.7.0 1.6.0 1.4.1', undefined, autogluonRegistry),
  ...['310', '38'].map((python) =>
    row('base-python', '1.0', `py${python}`, basePython, `sagemaker-base-python-${python}`, { cpu: '1.0' }),
  ),
  sklearn('1.9-0', '1.9-0', 'py312', '2027-07-16'),
  sklearn('1.4-2', '1.4-2-py312', 'py312', '2026-10-30'),
  sklearn('1.4-2', '1.4-2-cpu-py3', 'py3', longGone),
  sklearn('1.2-1', '1.2-1-cpu-py3', 'py3', longGone),
  sklearn('1.0-1', '1.0-1-cpu-py3', 'py3', longGone),
  sklearn('0.23-1', '0.23-1-cpu-py3', 'py3', longGone),
  sklearn('0.20.0', '0.20.0-cpu-py3', 'py3', longGone),
  xgboost('3.2-0', '2027-05-13'),
  xgboost('3.0-5', '2026-11-17'),
  ...['1.7-1', '1.5-1', '1.3-1', '1.2-2', '1.2-1'].map((version) => xgboost(version, longGone)),
  ...['1.0-1', '0.90-2', '0.90-1'].map((version) => xgboost(version, longGone, `${version}-cpu-py3`)),
]

const algorithm = (registry: Registry, ...names: readonly string[]): readonly AlgorithmImage[] =>
  names.map((name) => ({ algorithm: name, version: '1', registry, repository: name, tag: '1' }))

/** Every known built-in algorithm, the newest version first. */
export const algorithmImages: readonly AlgorithmImage[] = [
  ...algorithm(builtIn.vision, 'blazingtext', 'image-classification', 'object-detection', 'semantic-segmentation', 'seq2seq'),
  ...algorithm(
    builtIn.tables,
    'factorization-machines',
    'ipinsights',
    'kmeans',
    'knn',
    'linear-learner',
    'ntm',
    'object2vec',
    'pca',
    'randomcutforest',
  ),
  ...algorithm(builtIn.forecasts, 'forecasting-deepar'),
  ...algorithm(builtIn.topics, 'lda'),
  ...frameworkImages
    .filter(({ framework }) => framework === 'xgboost')
    .map(({ version, repository, tags, patchedUntil }) => ({
      algorithm: 'xgboost',
      version,
      registry: classic,
      repository,
      tag: tags.cpu ?? version,
      ...(patchedUntil === undefined ? {} : { patchedUntil }),
    })),
  ...algorithm(builtIn.boost, 'xgboost'),
]
