import { editDistance } from '../../../options/did-you-mean.ts'
import type { ImageSpec } from '../../../spec/image.ts'
import { accountIn, regionsOf, type Registry } from './accounts.ts'
import { algorithmImages, frameworkImages, type FrameworkImage } from './catalog.ts'
import { gpuOf, isArm, processorOf, runsOn, type Processor } from './machine.ts'
import { partitionOf } from '../../partition.ts'

/** Where an image was looked for and what came of it. */
export type LookedUpImage =
  | {
      readonly kind: 'found'
      readonly uri: string
      /** The day its last security fix came, when that has passed. */
      readonly unpatchedSince?: string
    }
  | { readonly kind: 'unknown'; readonly problem: string; readonly didYouMean: readonly string[] }

export interface Where {
  readonly region: string
  readonly instanceType: string
  /** Today, as `2026-11-22`: decides whether an image still gets security fixes. */
  readonly today: string
}

/** A framework's image by version, Python, machine type and region; the newest one unless told otherwise. */
export function frameworkImage(input: Extract<ImageSpec, { kind: 'framework' }>, where: Where): LookedUpImage {
  const name = input.framework.toLowerCase()
  if (!frameworkNames.includes(aliases[name] ?? name))
    return unknown(`No framework is called ${input.framework}`, nearestTexts(name, frameworkNames))
  const processor = processorOf(where.instanceType)
  const ofFramework = frameworkImages.filter(
    ({ framework, tags }) =>
      framework === (aliases[name] ?? name) && (tags.trainium !== undefined) === (processor === 'trainium'),
  )
  if (ofFramework.length === 0 || processor === 'inferentia')
    return unknown(`The table has no image of ${name} for ${where.instanceType} (${processor}): give the image by its URI`, [])
  const ofVersion = ofFramework.filter(({ version }) => isVersion(version, input.version))
  if (ofVersion.length === 0) {
    return unknown(
      `No image of ${name} ${input.version} is known`,
      nearestTexts(
        input.version ?? '',
        ofFramework.map(({ version }) => version),
      ),
    )
  }
  const ofPython = input.python === undefined ? ofVersion : ofVersion.filter(({ python }) => python === input.python)
  if (ofPython.length === 0)
    return unknown(
      `${name} ${input.version ?? ''} has no image with ${input.python}`.replace('  ', ' '),
      unique(ofVersion.map(({ python }) => python)),
    )
  return fitting(ofPython, name, where)
}

function fitting(images: readonly FrameworkImage[], name: string, { region, instanceType, today }: Where): LookedUpImage {
  const processor = processorOf(instanceType)
  if (isArm(instanceType)) return needsX86(name, instanceType)
  const published = images.filter(({ tags }) => tagOf(tags, processor) !== undefined)
  const image = processor === 'gpu' ? published.find((each) => runsOn(instanceType, each)) : published[0]
  const [newest] = published
  if (image === undefined && newest !== undefined) return tooOldGpu(newest, name, instanceType)
  const tag = image === undefined ? undefined : tagOf(image.tags, processor)
  if (image === undefined || tag === undefined) {
    const other = processor === 'cpu' ? 'a GPU machine such as ml.g5.xlarge' : 'a CPU machine such as ml.m5.large'
    return unknown(`${name} has no ${processor} image: it needs ${other}`, [])
  }
  return located(image.registry, `${image.repository}:${tag}`, region, today, image.patchedUntil)
}

const tagOf = (tags: FrameworkImage['tags'], processor: Processor): string | undefined =>
  processor === 'inferentia' ? undefined : tags[processor]

const needsX86 = (name: string, instanceType: string): LookedUpImage =>
  unknown(`The images of ${name} are for x86-64, and ${instanceType} is an arm64 machine: take one such as ml.m5.large`, [])

/** A version was named that the machine's GPUs are too old for. */
function tooOldGpu({ framework, version }: FrameworkImage, name: string, instanceType: string): LookedUpImage {
  const older = frameworkImages.filter((each) => each.framework === framework && runsOn(instanceType, each))
  return unknown(
    `The image of ${name} ${version} does not run on the ${gpuOf(instanceType)} GPUs of ${instanceType}: it needs a newer machine such as ml.g5.xlarge, or an older version`,
    older.slice(0, 1).map((each) => each.version),
  )
}

/** A built-in algorithm's image by version and region. */
export function algorithmImage(
  input: Extract<ImageSpec, { kind: 'algorithm' }>,
  { region, instanceType, today }: Where,
): LookedUpImage {
  const name = input.algorithm.toLowerCase()
  if (isArm(instanceType)) return needsX86(name, instanceType)
  const known = algorithmImages.filter(({ algorithm }) => algorithm === (algorithmAliases[name] ?? name))
  if (known.length === 0)
    return unknown(
      `No built-in algorithm is called ${input.algorithm}`,
      nearestTexts(name, unique(algorithmImages.map(({ algorithm }) => algorithm))),
    )
  const image = known.find(({ version }) => isVersion(version, input.version))
  if (image === undefined)
    return unknown(
      `No version ${input.version} of ${name} is known`,
      nearestTexts(
        input.version ?? '',
        known.map(({ version }) => version),
      ),
    )
  return located(image.registry, `${image.repository}:${image.tag}`, region, today, image.patchedUntil)
}

function located(
  registry: Registry,
  name: string,
  region: string,
  today: string,
  patchedUntil: string | undefined,
): LookedUpImage {
  const account = accountIn(registry, region)
  if (account === undefined)
    return unknown(`No registry of ${name} is known in the region ${region}`, nearestTexts(region, regionsOf(registry)))
  const uri = `${account}.dkr.ecr.${region}.${partitionOf(region).dnsSuffix}/${name}`
  return { kind: 'found', uri, ...(patchedUntil !== undefined && patchedUntil < today ? { unpatchedSince: patchedUntil } : {}) }
}

const aliases: Readonly<Record<string, string>> = {
  'scikit-learn': 'sklearn',
  torch: 'pytorch',
  tf: 'tensorflow',
  transformers: 'huggingface',
}
const algorithmAliases: Readonly<Record<string, string>> = {
  deepar: 'forecasting-deepar',
  'random-cut-forest': 'randomcutforest',
}

const unique = <T>(items: readonly T[]): readonly T[] => [...new Set(items)]
const frameworkNames = unique(frameworkImages.map(({ framework }) => framework))

/** `2.5` stands for `2.5.1`, and `1.7` for `1.7-1`; never `2.1` for `2.13`. No wish is any version. */
const isVersion = (known: string, wished: string | undefined): boolean =>
  wished === undefined || known === wished || known.startsWith(`${wished}.`) || known.startsWith(`${wished}-`)

const unknown = (problem: string, didYouMean: readonly string[]): LookedUpImage => ({ kind: 'unknown', problem, didYouMean })

/** The three candidates that take the fewest changes of a letter, the nearest first; far-fetched ones are left out. */
export function nearestTexts(text: string, candidates: readonly string[]): readonly string[] {
  return unique(candidates)
    .map((candidate) => ({ candidate, far: editDistance(text, candidate) }))
    .filter(({ candidate, far }) => far <= Math.max(2, Math.ceil(Math.max(text.length, candidate.length) / 2)))
    .toSorted((left, right) => left.far - right.far)
    .slice(0, 3)
    .map(({ candidate }) => candidate)
}
