import { expect, test } from 'vitest'
import { regionsOf, deepLearning } from './accounts.ts'
import { algorithmImages, frameworkImages } from './catalog.ts'
import { algorithmImage, frameworkImage, nearestTexts, type Where } from './lookup.ts'
import { isArm, processorOf } from './machine.ts'

const where: Where = { region: 'us-east-1', instanceType: 'ml.m5.large', today: '2026-11-22' }
const framework = (name: string, more: { version?: string; python?: string } = {}, at: Partial<Where> = {}) =>
  frameworkImage({ kind: 'framework', framework: name, ...more }, { ...where, ...at })
const uri = (registry: string) => expect.objectContaining({ kind: 'found', uri: registry }) as object

test.each([
  ['pytorch', {}, {}, '763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch:2.13.0-cpu-amzn2023-sagemaker'],
  [
    'pytorch',
    {},
    { instanceType: 'ml.g5.xlarge' },
    '763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch:2.13.0-cu133-amzn2023-sagemaker',
  ],
  ['pytorch', { version: '2.10' }, {}, '763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-training:2.10.0-cpu-py313'],
  [
    'pytorch',
    { version: '2.5' },
    { instanceType: 'ml.p3.2xlarge' },
    '763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-training:2.5.1-gpu-py311',
  ],
  [
    'pytorch',
    { version: '1.6.0', python: 'py3' },
    {},
    '763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-training:1.6.0-cpu-py3',
  ],
  ['tensorflow', {}, {}, '763104351884.dkr.ecr.us-east-1.amazonaws.com/tensorflow-training:2.21.0-cpu-py312-sagemaker'],
  ['tensorflow', { version: '2.3.0' }, {}, '763104351884.dkr.ecr.us-east-1.amazonaws.com/tensorflow-training:2.3.0-cpu-py37'],
  [
    'huggingface',
    {},
    { instanceType: 'ml.g5.2xlarge' },
    '763104351884.dkr.ecr.us-east-1.amazonaws.com/huggingface-pytorch-training:2.9.0-transformers5.3.0-gpu-py312-cu130-ubuntu22.04',
  ],
  ['autogluon', {}, {}, '763104351884.dkr.ecr.us-east-1.amazonaws.com/autogluon-training:1.5.0-cpu-py311'],
  [
    'pytorch',
    {},
    { instanceType: 'ml.trn1.2xlarge' },
    '763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-training-neuronx:2.9.0-neuronx-py312-sdk2.30.0-ubuntu24.04',
  ],
  [
    'huggingface',
    { version: '4.51' },
    { instanceType: 'ml.trn1n.32xlarge', region: 'eu-south-2' },
    '503227376785.dkr.ecr.eu-south-2.amazonaws.com/huggingface-pytorch-training-neuronx:2.7.0-transformers4.51.0-neuronx-py310-sdk2.24.1-ubuntu22.04',
  ],
  ['base-python', {}, { region: 'us-west-2' }, '236514542706.dkr.ecr.us-west-2.amazonaws.com/sagemaker-base-python-310:1.0'],
  ['base-python', { python: 'py38' }, {}, '081325390199.dkr.ecr.us-east-1.amazonaws.com/sagemaker-base-python-38:1.0'],
  ['mxnet', { version: '1.7' }, {}, '763104351884.dkr.ecr.us-east-1.amazonaws.com/mxnet-training:1.7.0-cpu-py3'],
  ['tensorflow', { version: '2.1.1' }, {}, '763104351884.dkr.ecr.us-east-1.amazonaws.com/tensorflow-training:2.1.1-cpu-py3'],
  [
    'huggingface',
    { version: '4.36' },
    { instanceType: 'ml.g5.2xlarge' },
    '763104351884.dkr.ecr.us-east-1.amazonaws.com/huggingface-pytorch-training:2.1.0-transformers4.36.0-gpu-py310-cu121-ubuntu20.04',
  ],
  ['sklearn', {}, {}, '683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.9-0'],
  ['sklearn', { version: '0.20.0' }, {}, '683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:0.20.0-cpu-py3'],
  ['xgboost', { version: '1.7' }, {}, '683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1'],
  [
    'pytorch',
    {},
    { region: 'cn-north-1' },
    '727897471807.dkr.ecr.cn-north-1.amazonaws.com.cn/pytorch:2.13.0-cpu-amzn2023-sagemaker',
  ],
  [
    'pytorch',
    {},
    { region: 'us-gov-west-1' },
    '442386744353.dkr.ecr.us-gov-west-1.amazonaws.com/pytorch:2.13.0-cpu-amzn2023-sagemaker',
  ],
  ['sklearn', {}, { region: 'us-isob-east-1' }, '281123927165.dkr.ecr.us-isob-east-1.sc2s.sgov.gov/sagemaker-scikit-learn:1.9-0'],
] as const)('%s %j %j is %s', (name, input, at, expected) => {
  expect(framework(name, input, at)).toEqual(uri(expected))
})

test.each([
  ['us-east-1', 'kmeans', '382416733822'],
  ['us-east-1', 'lda', '766337827248'],
  ['eu-west-1', 'blazingtext', '685385470294'],
  ['ap-northeast-1', 'forecasting-deepar', '633353088612'],
  ['us-west-1', 'linear-learner', '632365934929'],
])('in %s the built-in algorithm %s comes from account %s', (region, algorithm, account) => {
  expect(algorithmImage({ kind: 'algorithm', algorithm }, { ...where, region })).toEqual(
    uri(`${account}.dkr.ecr.${region}.amazonaws.com/${algorithm}:1`),
  )
})

test('xgboost as an algorithm is the newest container, and version 1 the first one', () => {
  expect(algorithmImage({ kind: 'algorithm', algorithm: 'xgboost' }, where)).toMatchObject({
    uri: expect.stringContaining('sagemaker-xgboost:3.2-0') as string,
  })
  expect(algorithmImage({ kind: 'algorithm', algorithm: 'xgboost', version: '1.7-1' }, where)).toMatchObject({
    uri: expect.stringContaining('sagemaker-xgboost:1.7-1') as string,
  })
})

test('what is not known comes with the nearest that is', () => {
  expect(framework('pytroch')).toMatchObject({ kind: 'unknown', didYouMean: ['pytorch'] })
  expect(framework('pytorch', { version: '2.9.1' })).toMatchObject({ didYouMean: expect.arrayContaining(['2.9.0']) as string[] })
  expect(framework('pytorch', { version: '2.8.0', python: 'py310' })).toMatchObject({ kind: 'unknown', didYouMean: ['py312'] })
  expect(framework('pytorch', {}, { region: 'us-eats-1' })).toMatchObject({
    didYouMean: expect.arrayContaining(['us-east-1']) as string[],
  })
  expect(algorithmImage({ kind: 'algorithm', algorithm: 'k-means' }, where)).toMatchObject({
    didYouMean: expect.arrayContaining(['kmeans']) as string[],
  })
  expect(framework('huggingface')).toMatchObject({ kind: 'unknown', problem: expect.stringContaining('GPU machine') as string })
  expect(framework('tensorflow', {}, { instanceType: 'ml.trn1.2xlarge' })).toMatchObject({
    problem: expect.stringContaining('trainium') as string,
  })
  expect(framework('pytorch', {}, { instanceType: 'ml.inf2.xlarge' })).toMatchObject({
    problem: expect.stringContaining('inferentia') as string,
  })
  expect(framework('huggingface', { version: '4.55.4' }, { instanceType: 'ml.g5.xlarge' })).toMatchObject({
    didYouMean: expect.arrayContaining(['4.55.0']) as string[],
  })
  expect(framework('pytorch', {}, { instanceType: 'ml.trn1.2xlarge', region: 'us-west-1' })).toMatchObject({
    problem: expect.stringContaining('us-west-1') as string,
  })
  // Of a region without any published registry nothing is guessed.
  expect(framework('pytorch', {}, { region: 'me-west-1' })).toMatchObject({
    problem: expect.stringContaining('me-west-1') as string,
  })
})

test('a version past its last patch says since when', () => {
  expect(framework('pytorch', { version: '2.8.0' })).toMatchObject({ unpatchedSince: '2026-08-06' })
  expect(framework('pytorch')).not.toHaveProperty('unpatchedSince')
})

test.each([
  ['ml.m5.large', 'cpu'],
  ['ml.c5n.xlarge', 'cpu'],
  ['ml.g4dn.xlarge', 'gpu'],
  ['ml.p4de.24xlarge', 'gpu'],
  ['ml.p6-b200.48xlarge', 'gpu'],
  ['ml.trn1n.32xlarge', 'trainium'],
  ['ml.inf2.xlarge', 'inferentia'],
  ['local', 'cpu'],
  ['local_gpu', 'gpu'],
])('%s computes with %s', (type, processor) => {
  expect(processorOf(type)).toBe(processor)
})

test('every account of the tables is twelve digits, every row has a tag, and every patch date is a day', () => {
  for (const { registry, tags, patchedUntil } of frameworkImages) {
    expect(Object.values(registry.accounts).every((account) => /^\d{12}$/.test(account))).toBe(true)
    expect(Object.keys(tags).length).toBeGreaterThan(0)
    expect(patchedUntil ?? '2027-01-01').toMatch(/^20\d\d-\d\d-\d\d$/)
  }
  for (const { registry } of algorithmImages) expect(Object.keys(registry.accounts).length).toBeGreaterThan(10)
  expect(new Set(regionsOf(deepLearning)).size).toBe(regionsOf(deepLearning).length)
})

test('the nearest name is the one with the fewest changed letters', () => {
  expect(nearestTexts('sklaern', ['xgboost', 'sklearn'])).toEqual(['sklearn'])
  expect(nearestTexts('zzzzzz', ['xgboost', 'sklearn'])).toEqual([])
})

test.each([
  ['pytorch', 'ml.g4dn.xlarge', 'pytorch:2.13.0-cu133-amzn2023-sagemaker'],
  ['pytorch', 'ml.p3.2xlarge', 'pytorch-training:2.8.0-gpu-py312'],
  ['pytorch', 'ml.p3dn.24xlarge', 'pytorch-training:2.8.0-gpu-py312'],
  ['pytorch', 'ml.p2.xlarge', 'pytorch-training:1.13.1-gpu-py39'],
  ['tensorflow', 'ml.p3.2xlarge', 'tensorflow-training:2.21.0-gpu-py312-sagemaker'],
  ['tensorflow', 'ml.p2.xlarge', 'tensorflow-training:2.8.0-gpu-py39'],
  ['huggingface', 'ml.p3.2xlarge', 'huggingface-pytorch-training:2.8.0-transformers4.56.2-gpu-py312-cu129-ubuntu22.04'],
])('%s on %s is the newest image that runs on its GPUs: %s', (name, instanceType, image) => {
  expect(framework(name, {}, { instanceType })).toEqual(uri(`763104351884.dkr.ecr.us-east-1.amazonaws.com/${image}`))
})

test('a version that is named and does not run on the GPUs is refused, with the newest that does', () => {
  expect(framework('pytorch', { version: '2.13' }, { instanceType: 'ml.p3.2xlarge' })).toMatchObject({
    kind: 'unknown',
    problem: expect.stringMatching(/2\.13\.0 does not run on the volta GPUs of ml\.p3\.2xlarge/) as string,
    didYouMean: ['2.8.0'],
  })
})

test('arm64 machines are told, and no others', () => {
  expect(
    ['ml.m7g.large', 'ml.c6gn.xlarge', 'ml.r6gd.xlarge', 'ml.g5g.xlarge', 'ml.t4g.medium', 'ml.p6e-gb200.36xlarge'].filter(
      (type) => !isArm(type),
    ),
  ).toEqual([])
  expect(
    [
      'ml.m5.large',
      'ml.g4dn.xlarge',
      'ml.g5.xlarge',
      'ml.g6e.xlarge',
      'ml.p5en.48xlarge',
      'ml.c5n.xlarge',
      'local',
      'ml.trn1n.32xlarge',
    ].filter(isArm),
  ).toEqual([])
  const instanceType = 'ml.m7g.large'
  for (const found of [
    framework('pytorch', {}, { instanceType }),
    algorithmImage({ kind: 'algorithm', algorithm: 'kmeans' }, { ...where, instanceType }),
  ])
    expect(found).toMatchObject({ kind: 'unknown', problem: expect.stringContaining('arm64') as string })
})

test.each([
  ['pytorch', {}, 'ml.inf2.xlarge', /for ml\.inf2\.xlarge \(inferentia\)/],
  ['pytorch', { python: 'py27' }, 'ml.m5.large', /^pytorch has no image with py27$/],
  ['pytorch', { version: '2.8', python: 'py27' }, 'ml.m5.large', /^pytorch 2\.8 has no image with py27$/],
])('%s with %o on %s is told as not there', (name, wish, instanceType, problem) => {
  expect(framework(name, wish as never, { instanceType })).toMatchObject({
    kind: 'unknown',
    problem: expect.stringMatching(problem) as string,
  })
})

test('a version of an algorithm that is not there is told, with those there are', () => {
  expect(algorithmImage({ kind: 'algorithm', algorithm: 'xgboost', version: '1.99' }, where)).toMatchObject({
    kind: 'unknown',
    problem: 'No version 1.99 of xgboost is known',
    didYouMean: expect.arrayContaining([expect.stringMatching(/^1\./)]) as unknown,
  })
})
