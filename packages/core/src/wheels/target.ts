import { SsmError } from '../errors/ssm-error.ts'
import type { PackagesSpec } from '../spec/image.ts'

/** What wheels are made for: the Python and the platform of an image. */
export interface WheelTarget {
  /** `3.12`. */
  readonly python: string
  /** Tags of platforms whose wheels run there, the best first. */
  readonly platforms: readonly string[]
}

/**
 * The target of an image: what was given, else what the image's name says (`…-py312-…`), else what is known of an image of AWS.
 * @throws {SsmError} `TASK_INVALID` when it says nothing and nothing was given.
 */
export function targetOf({ file, python, platform }: PackagesSpec, imageUri: string, ofOption: string | undefined): WheelTarget {
  const found = python ?? versionIn(imageUri) ?? versionIn(`-${ofOption ?? ''}`)
  if (found === undefined) {
    throw new SsmError(
      'TASK_INVALID',
      `The packages of ${file} are made for one Python, and the name of the image ${imageUri} does not say which it has`,
      {
        hint: { library: "Give it: .packages(file, { python: '3.10' }).", commandLine: 'Give it: --packages FILE 3.10.' },
        facts: { file, imageUri },
      },
    )
  }
  return { python: found, platforms: platformsOf(platform ?? usualPlatform(found)) }
}

const versionIn = (text: string): string | undefined => {
  const digits = /-py(?:thon-)?3(\d{1,2})(?!\d)/.exec(text)?.[1]
  if (digits !== undefined) return `3.${digits}`
  return untold.find(([name]) => name.test(text))?.[1]
}

// Images of AWS whose names do not say it, with what their published build files say. Left out: tags such as `1.7-1` and `1.2-1-cpu-py3`, which
// AWS built anew with another Python under the same name.
const untold = [
  [/\.amazonaws\..*\/pytorch:2\.1[123]\.\d+-\w+-amzn2023-/, '3.12'],
  [/\.amazonaws\..*\/sagemaker-xgboost:3\.0-5(-cpu-py3)?$/, '3.10'],
  [/\.amazonaws\..*\/sagemaker-xgboost:3\.2-0(-cpu-py3)?$/, '3.12'],
  [/\.amazonaws\..*\/sagemaker-scikit-learn:1\.9-0(-cpu-py3)?$/, '3.12'],
] as const

// AWS's images with Python 3.8 and later stand on glibc 2.31 or newer, older ones on 2.27.
const usualPlatform = (python: string): string =>
  Number(python.split('.')[1]) >= 8 ? 'manylinux_2_28_x86_64' : 'manylinux_2_17_x86_64'

/** A platform with the older ones that run there as well: pip takes a tag as it is. */
export function platformsOf(platform: string): readonly string[] {
  const found = /^manylinux_2_(\d+)_(\w+)$/.exec(platform.replace(/^manylinux2014_/, 'manylinux_2_17_'))
  if (found === null) return [platform]
  const [, minor = '17', machine = ''] = found
  const newer = Array.from(
    { length: Math.max(0, Number(minor) - 4) },
    (_, index) => `manylinux_2_${Number(minor) - index}_${machine}`,
  )
  const old = [
    [17, 'manylinux2014'],
    [12, 'manylinux2010'],
    [5, 'manylinux1'],
  ] as const
  return [
    ...newer,
    ...old.filter(([least]) => Number(minor) >= least).map(([, name]) => `${name}_${machine}`),
    `linux_${machine}`,
  ]
}

/** The markers of a target, as locks evaluate them. */
export function markersOf({ python, platforms }: WheelTarget): Readonly<Record<string, string>> {
  const isArm = platforms.some((platform) => platform.endsWith('_aarch64'))
  return {
    python_version: python,
    python_full_version: `${python}.0`,
    sys_platform: 'linux',
    platform_system: 'Linux',
    platform_machine: isArm ? 'aarch64' : 'x86_64',
    os_name: 'posix',
    implementation_name: 'cpython',
    platform_python_implementation: 'CPython',
  }
}
