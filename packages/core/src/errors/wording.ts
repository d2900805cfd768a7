/**
 * A text with two forms: one names methods and fields, for programs; the other names flags, for whoever typed a command line.
 * Plain data.
 */
export interface Wording {
  /** For programs that use the library: it names methods. */
  readonly library: string
  /** For the command line: it names flags. */
  readonly commandLine: string
}

/** A text that is the same everywhere, or one with two forms. */
export type Text = string | Wording

/** Who reads a text. */
export type Reader = keyof Wording

/** The text for one reader. */
export const textFor = (text: Text, reader: Reader): string => (typeof text === 'string' ? text : text[reader])

/** A text made of texts: wording`Leave out ${terms.spot}.` */
export function wording(parts: TemplateStringsArray, ...texts: readonly Text[]): Wording {
  const forReader = (reader: Reader): string =>
    parts.map((part, index) => part + (index < texts.length ? textFor(texts[index] ?? '', reader) : '')).join('')
  return { library: forReader('library'), commandLine: forReader('commandLine') }
}

/** Texts one after another. */
export function joined(texts: readonly Text[], separator: string): Text {
  const forReader = (reader: Reader): string => texts.map((text) => textFor(text, reader)).join(separator)
  return texts.every((text) => typeof text === 'string')
    ? forReader('library')
    : { library: forReader('library'), commandLine: forReader('commandLine') }
}

/** Facts as one reader gets them: each text with two forms, however deep, in one. */
export function factsFor(value: unknown, reader: Reader): unknown {
  if (Array.isArray(value)) return value.map((item) => factsFor(item, reader))
  if (typeof value !== 'object' || value === null || !isPlain(value)) return value
  if (isWording(value)) return value[reader]
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, factsFor(item, reader)]))
}

function isPlain(value: object): boolean {
  const proto = Object.getPrototypeOf(value) as object | null
  return proto === null || proto === Object.prototype
}

function isWording(value: object): value is Wording {
  const { library, commandLine, ...rest } = value as Partial<Wording>
  return typeof library === 'string' && typeof commandLine === 'string' && Object.keys(rest).length === 0
}

/** What hints name: the method or field of a program, and the flag of a command line. */
export const terms = {
  args: { library: '.args()', commandLine: 'arguments after --' },
  budget: { library: '"budget"', commandLine: '--budget' },
  bucket: { library: '"bucket"', commandLine: '--bucket_name' },
  clean: { library: 'run({ clean: true })', commandLine: '--clean_state' },
  code: { library: '.code()', commandLine: '--entry_point' },
  env: { library: '.env()', commandLine: '--env' },
  hyperparameters: { library: '.hyperparameters()', commandLine: '--hp KEY VALUE' },
  image: { library: '"image"', commandLine: '--image' },
  input: { library: '.input', commandLine: '--input' },
  instanceCount: { library: '.instanceCount()', commandLine: '--instance_count' },
  instances: { library: '.instances()', commandLine: '--instance_type' },
  local: { library: 'platform "local"', commandLine: '--platform local' },
  maxRun: { library: '.maxRun()', commandLine: '--max_run_mins' },
  maxWait: { library: '.maxWait()', commandLine: '--max_wait_mins' },
  onDemand: { library: '.onDemand()', commandLine: '--no_spot' },
  packages: { library: '.packages()', commandLine: '--packages' },
  prices: { library: '"prices"', commandLine: '--prices' },
  python: { library: 'local({ python })', commandLine: '--python' },
  region: { library: '"region"', commandLine: '--region' },
  role: { library: '"role"', commandLine: '--role' },
  sourceDir: { library: 'sourceDir', commandLine: '--source_dir' },
  spot: { library: '.spot()', commandLine: '--spot' },
  spotFallback: { library: 'the fallback of .spot()', commandLine: '--spot_fallback' },
  stateArchive: { library: '.stateArchive()', commandLine: '--state_archive' },
  training: { library: 'project.task()', commandLine: 'ssm run' },
  unknownPrices: { library: 'budget: { usd, unknownPrices: "allow" }', commandLine: '--allow_unknown_prices' },
  unpackNot: { library: 'download({ unpack: false })', commandLine: '--no-unpack' },
  volumeKmsKey: { library: '.volumeKmsKey()', commandLine: '--volume_kms_key' },
  warm: { library: '.warm()', commandLine: '--warm' },
} as const satisfies Readonly<Record<string, Wording>>
