import type { ReportDocument } from '@simple-sagemaker/core/report'

/** A type with nothing left out: whoever adds a field to the document adds it here, too. */
type Whole<T> = T extends string | number | boolean
  ? T
  : { readonly [Key in keyof T]-?: unknown extends T[Key] ? T[Key] : Whole<Exclude<T[Key], undefined>> }

const cost = {
  kind: 'known',
  usd: 1.5,
  savedUsd: 0.5,
  warmUsd: 0.1,
  isFinal: true,
  usdPerHour: 3,
  billedMachineSeconds: 1_800,
  pricesFrom: 'a list',
  pricesAsOf: 'a day',
  notCounted: ['storage', 'traffic'],
} as const
const unknownCost = { kind: 'unknown', because: 'no price is known' } as const
const times = Array.from({ length: 40 }, (_, at) => 1e12 + 60_000 + at * 1_000)
const stored = {
  files: 2,
  bytes: 30,
  isMore: true,
  digest: 'digest',
  first: [{ path: 'a file', bytes: 10, etag: 'etag' }],
} as const
const machines = ['algo-1', 'algo-2'].map((machine) => ({
  machine,
  atWork: [{ startedAtMs: 1e12 + 60_000, endedAtMs: 1e12 + 100_000 }],
}))
const phases = [
  { name: 'Starting', startedAtMs: 1e12, endedAtMs: 1e12 + 60_000, message: 'Preparing' },
  { name: 'Training', startedAtMs: 1e12 + 60_000, endedAtMs: 1e12 + 100_000, message: 'In progress' },
  { name: 'Failed', startedAtMs: 1e12 + 100_000, endedAtMs: 1e12 + 110_000, message: 'Over' },
] as const

const jobNamed = (name: string, task: string): Whole<ReportDocument['jobs'][number]> => ({
  task,
  state: {
    kind: 'training',
    name,
    status: 'failed',
    phase: 'Failed',
    phases,
    machines: 2,
    instanceType: 'a type',
    createdAtMs: 1e12,
    startedAtMs: 1e12 + 10_000,
    endedAtMs: 1e12 + 110_000,
    failureReason: 'a reason',
    billableSeconds: 50,
    runSeconds: 100,
    warmSeconds: 10,
    warmPool: { status: 'reused', keepSeconds: 60, reusedBy: 'another job', settings: { image: 'an image' } },
    interruptions: 2,
    finalMetrics: [{ name: 'loss', value: 0.5, atMs: 1e12 }],
    starts: [],
    unstored: true,
    neverBegan: false,
  } as never,
  outcome: 'an outcome',
  because: 'a cause',
  hint: 'a hint',
  attempts: [1, 2].map((number) => ({
    number,
    job: `${name} attempt ${number}`,
    status: 'failed',
    reason: 'why the attempt ended',
    phases,
    machines: 2,
    atWork: machines,
    instanceType: 'a type of an attempt',
    ranSeconds: 100,
    billedSeconds: 50,
    interruptions: 1,
    cost,
  })),
  machines,
  cost,
  hyperparameters: { 'a hyperparameter': 'its value' },
  earlier: [
    {
      job: 'an earlier job',
      status: 'completed',
      createdAtMs: 1e12,
      seconds: 9,
      hyperparameters: { 'an earlier hyperparameter': 'its earlier value' },
      metrics: { 'an earlier metric': 0.25 },
    },
  ],
  series: ['loss', 'accuracy'].flatMap((metric) =>
    machines.map(({ machine }, at) => ({
      name: metric,
      machine,
      // Machines print at times of their own.
      atMs: times.map((atMs) => atMs + 300 * at),
      values: times.map((_, step) => 10 ** (3 - step / 13)),
    })),
  ),
  usage: times.flatMap((atMs) =>
    machines.map(({ machine }) => ({
      machine,
      atMs,
      cpuPercent: 50,
      memoryBytes: 1e9,
      memoryPercent: 20,
      gpuPercent: 1,
      gpuMemoryPercent: 2,
      diskPercent: 3,
      readBytes: 4,
      writtenBytes: 5,
      receivedBytes: 6,
      sentBytes: 7,
    })),
  ),
  usageHint: 'a hint about use',
  inputs: [{ channel: 'a channel', uri: 'an address', digest: 'digest', stored }],
  outputs: [{ name: 'an output', uri: 'an address of an output', ...stored }],
  code: {
    files: { 'train.py': 'digest of a file' },
    changes: ['a change'],
    comparedWith: 'a completed job',
    changed: [
      {
        path: 'changed.py',
        kind: 'changed',
        lines: [
          [' ', 'a line'],
          ['-', 'a former line'],
          ['+', 'a new line'],
        ],
        more: 3,
      },
    ],
  },
  log: {
    total: 4,
    head: [
      [1e12, 1, 'a first line'],
      [1e12 + 1, 2, 'a second line'],
    ],
    tail: [[1e12 + 2, 1, 'a last line']],
  },
  request: { Tags: [{ Key: 'a tag', Value: 'of a value' }], Environment: { 'a variable': '<not shown>' } },
})

/** A report in which everything is there that a report can hold, each text once or more. */
export const wholeDocument: Whole<ReportDocument> = {
  v: 1,
  project: 'a project',
  task: 'a task',
  about: 'project',
  place: 'a place',
  madeAtMs: 1e12 + 200_000,
  jobs: [jobNamed('first job', 'prepare'), jobNamed('second job', 'train')],
  edges: [{ from: 'prepare', to: 'train', channel: 'a channel' }],
  searches: [
    {
      task: 'searched',
      createdAtMs: 1e12,
      goal: { metric: 'goal', direction: 'minimize' },
      parameters: [
        { name: 'lr', kind: 'range', scale: 'log', min: 0.001, max: 1 },
        { name: 'optimizer', kind: 'choice', values: ['adam', 'sgd'] },
      ],
      trials: [1, 2, 3].map((number) => ({
        number,
        task: `trial ${number}`,
        status: 'completed',
        values: { lr: 0.1 / number, optimizer: 'adam' },
        value: number,
        course: [
          [1, 2],
          [2, number],
        ],
        job: 'first job',
        seconds: 3,
        billedSeconds: 2,
        message: 'what a trial says',
        cost: unknownCost,
      })),
      best: 1,
      importance: { kind: 'known', trials: 10, parameters: [{ name: 'lr', share: 0.5 }] },
      cost: unknownCost,
    },
  ],
  leftOut: ['something left out'],
}

/** Texts that the page reads as one of a few, which no program chooses. */
const fixed = new Set(['v', 'about', 'kind', 'status', 'direction', 'scale'])

/** The same value with other texts, equal ones alike, and names of fields that programs choose. */
export function withTexts<T>(value: T, change: (text: string) => string): T {
  const changed = (each: unknown, isNamed: boolean): unknown => {
    if (typeof each === 'string') return change(each)
    if (Array.isArray(each)) return each.map((one: unknown, at) => (at === 0 && isSide(one) ? one : changed(one, false)))
    if (typeof each !== 'object' || each === null) return each
    return Object.fromEntries(
      Object.entries(each).map(([name, one]) => [
        isNamed ? change(name) : name,
        fixed.has(name) && !isNamed ? one : changed(one, holders.has(name)),
      ]),
    )
  }
  return changed(value, false) as T
}

/** Fields whose names of fields are those of programs. */
const holders = new Set(['hyperparameters', 'metrics', 'files', 'values', 'settings', 'request', 'Environment'])
const isSide = (text: unknown): boolean => typeof text === 'string' && /^[ +…-]$/.test(text)
