import { originalFlags, type OriginalFlag } from '../../../packages/cli/src/grammar/tables/original.ts'

export type Line = readonly [command: string, argv: readonly string[]]

/** Numbers from 0 to 1, the same for the same seed. */
function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

const words = [
  'data',
  'a b',
  's3://bucket/key',
  'ShardedByS3Key',
  'x=y',
  '-1',
  '-.5',
  '',
  'deep/er',
  'model',
  'ünïcode',
  '5',
  '1e-3',
]
const names = ['lr', 'epochs', 'batch-size', 'task_type', 'model_dir', 'subnet', 'x', 'größe', 'optim:lr', '9', 'msg']

// What these take, so that most lines are such as could run.
const fitting: Readonly<Record<string, readonly string[]>> = {
  metric_definitions: ['loss=([0-9.]+)', '(.*)'],
  distribution: ['multi_worker_mirrored'],
  tag: ['team', 'a b', 'x'],
  env: ['LEVEL', 'A_B'],
  py_version: ['py3', 'py37'],
  framework: ['pytorch', 'tensorflow', 'sklearn'],
  framework_version: ['1.6', '2.1.0'],
  aws_repo_name: ['repo'],
  repo_name: ['repo'],
  image_tag: ['latest', 'v1'],
  instance_type: ['ml.m5.large', 'ml.p3.2xlarge', 'local'],
  instance_count: ['1', '3'],
  volume_size: ['30', '-1'],
  bucket_name: ['my-bucket', ''],
  prefix: ['pre/fix', 'a b', ''],
}

/** Command lines such as people wrote for the original, and such as they wrote by mistake. */
export function seededLines(count: number, seed: number): readonly Line[] {
  const random = randomOf(seed)
  const among = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item
  const chance = (share: number): boolean => random() < share
  const dashed = (name: string): string => (name.length === 1 ? `-${name}` : `--${name}`)
  const spelled = (name: string): string => {
    if (name.length > 4 && chance(0.12)) return dashed(name.slice(0, 2 + Math.floor(random() * (name.length - 3))))
    return name.length > 1 && chance(0.02) ? `-${name}` : dashed(name)
  }
  const value = ({ names: [name], integer }: OriginalFlag): string => {
    if (integer === true && chance(0.97)) return String(1 + Math.floor(random() * 9))
    return among(chance(0.95) ? (fitting[name] ?? words) : words)
  }
  const given = (flag: OriginalFlag): readonly string[] => {
    const name = spelled(among(flag.names))
    if (flag.nargs === 0) return [name]
    const values = flag.nargs === '+' ? 1 + Math.floor(random() * 4) : chance(0.97) ? flag.nargs : 1
    const texts = Array.from({ length: values }, () => value(flag))
    if (values === 1 && name.startsWith('--') && chance(0.25)) return [`${name}=${texts[0]}`]
    return values === 1 && name.length === 2 && chance(0.15) && texts[0] !== '' ? [`${name}${texts[0]}`] : [name, ...texts]
  }
  const extra = (): readonly string[] => {
    if (chance(0.06)) return [among(words)]
    if (chance(0.06)) return [`--${among(names)}`]
    return chance(0.2) ? [`--${among(names)}=${among(words)}`] : [`--${among(names)}`, among(words)]
  }
  return Array.from({ length: count }, () => {
    const command = among(Object.keys(originalFlags))
    const flags = originalFlags[command] ?? []
    const needed = flags.filter(({ required }) => required === true && chance(0.98)).flatMap((flag) => given(flag))
    const knownShare = command === 'run' || command === 'shell' ? 0.72 : 0.95
    const more = Array.from({ length: Math.floor(random() * 6) }, () => (chance(knownShare) ? given(among(flags)) : extra()))
    const rest = chance(command === 'data' ? 0.02 : 0.15)
      ? ['--', ...Array.from({ length: 1 + Math.floor(random() * 3) }, () => among(words))]
      : []
    return [command, [...needed, ...more.flat(), ...rest]]
  })
}
