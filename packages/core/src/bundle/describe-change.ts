import type { Change } from '../spec/result.ts'

/**
 * The changes between two jobs, each as a short part of a sentence: `hyperparameter lr from 0.1 to 0.2`, `code train.py`.
 * What an input is described by is not told again when the input itself is new or gone.
 */
export function describeChanges(changes: readonly Change[]): readonly string[] {
  const whole = changes.filter(({ part, from, to }) => /^input \S+$/.test(part) && (from === undefined || to === undefined))
  const isPart = ({ part }: Change): boolean =>
    whole.some(({ part: input }) => part === `reading of ${input}` || part.startsWith(`${input} `))
  return changes.filter((change) => !isPart(change)).map(describeChange)
}

/** One change as a short part of a sentence. */
export function describeChange(change: Change): string {
  if (change.from === undefined) return `${change.part} is new`
  if (change.to === undefined) return `${change.part} is gone`
  if (change.part === 'program') return programChange(change.from, change.to)
  if (change.part === 'image') return imageChange(shownImage(change.from), shownImage(change.to))
  return isDigest(change.from) ? change.part : `${change.part} from ${change.from} to ${change.to}`
}

const programWords = { run: 'entry', line: 'command line' } as const

/** A program as it is written, not as it is kept; one that was too long to be kept whole, as it is kept. */
function programChange(from: string, to: string): string {
  for (const [field, word] of Object.entries(programWords)) {
    const [before, now] = [fieldOf(from, field), fieldOf(to, field)]
    if (before !== undefined && now !== undefined) return `${word} from ${before} to ${now}`
  }
  return `program from ${shownProgram(from)} to ${shownProgram(to)}`
}

function fieldOf(program: string, field: string): string | undefined {
  if (!program.startsWith(`{"${field}":"`)) return undefined
  const text = parsed(program)[field]
  return typeof text === 'string' && !/\p{Cc}/u.test(text) ? text : undefined
}

function shownProgram(program: string): string {
  const { run, function: exported, line, argv, script } = parsed(program)
  if (typeof line === 'string') return `the command line ${JSON.stringify(line)}`
  if (typeof run === 'string') return typeof exported === 'string' ? `${exported} of ${run}` : run
  if (!Array.isArray(argv)) return program
  return [...argv.map((text) => quoted(String(text))), ...(typeof script === 'string' ? [script] : [])].join(' ')
}

const quoted = (text: string): string => (/^[^\s"'\p{Cc}]+$/u.test(text) ? text : JSON.stringify(text))

/** Of a Dockerfile only that it changed. */
const imageChange = (from: string, to: string): string => (from === to ? 'image' : `image from ${from} to ${to}`)

function shownImage(image: string): string {
  // Its text comes last, and is often too long to be kept whole.
  if (image.includes('"kind":"dockerfile"')) return 'a Dockerfile'
  const fields = parsed(image)
  const text = (name: string): string => (typeof fields[name] === 'string' ? ` ${fields[name]}` : '')
  switch (fields['kind']) {
    case 'framework':
      return `${text('framework')}${text('version')}${text('python')}`.trim()
    case 'algorithm':
      return `${text('algorithm')}${text('version')}`.trim()
    case 'uri':
      return text('uri').trim() || image
    default:
      return image
  }
}

/** What is kept as JSON; nothing of one that was shortened. */
function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
  } catch {
    return {}
  }
}

const isDigest = (text: string): boolean => /^[0-9a-f]{64}/.test(text)
