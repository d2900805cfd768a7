import { spawn } from 'node:child_process'
import { existsSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import process from 'node:process'
import { StringDecoder } from 'node:string_decoder'
import { pathToFileURL } from 'node:url'
import { SsmError } from '@simple-sagemaker/core'

/** What is asked of a program: the graph of its project, or what crosses the borders of its tasks. */
export type Asked = 'graph' | 'types'

/**
 * What a file that exports a project says of it, in a process of its own in which no task starts; `null` when it exports none.
 * @throws {SsmError} `CODE_MISSING`, `CODE_UNBUNDLABLE`.
 */
export async function describeProgram(file: string, asked: Asked, signal: AbortSignal): Promise<unknown> {
  if (!existsSync(file))
    throw new SsmError('CODE_MISSING', `There is no file ${file}`, {
      hint: 'Name a .ts, .js or .mjs file that exports a project.',
      facts: { path: file },
    })
  try {
    // A link is followed, as Node does: the packages are found from there.
    const real = realpathSync(file)
    const reply = await load(real, /\.[cm]?ts$/.test(real) ? bundle(real) : '', asked, signal)
    if (isFailure(reply)) throw new ProgramFailure(reply.failure.message, reply.failure.hint)
    return reply
  } catch (cause) {
    signal.throwIfAborted()
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new SsmError('CODE_UNBUNDLABLE', `${file} cannot be loaded: ${why}`, {
      cause,
      hint: (cause instanceof ProgramFailure ? cause.hint : undefined) ?? 'The file must load without errors: try it with Node.',
      facts: { path: file },
    })
  }
}

/** What the program threw while it was loaded. */
class ProgramFailure extends Error {
  readonly hint: string | undefined

  constructor(message: string, hint: string | undefined) {
    super(message)
    this.hint = hint
  }
}

// As the loader writes it.
const isFailure = (reply: unknown): reply is { readonly failure: { readonly message: string; readonly hint?: string } } =>
  typeof reply === 'object' && reply !== null && 'failure' in reply

interface Bundler {
  readonly buildSync: (options: Readonly<Record<string, unknown>>) => {
    readonly outputFiles: readonly { readonly text: string }[]
  }
}

/** The file with everything it imports by a path, as JavaScript. */
function bundle(file: string): string {
  // Loaded when it is needed: no other command has to wait for it.
  const { buildSync } = createRequire(import.meta.url)('esbuild') as Bundler
  const { outputFiles } = buildSync({
    entryPoints: [file],
    write: false,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    logLevel: 'silent',
  })
  return outputFiles[0]?.text ?? ''
}

// Gives Node the JavaScript of a TypeScript file in the file's own place, so that nothing is written beside it.
const hooks = `
let given
export const initialize = (data) => void (given = data)
export const load = (url, context, next) =>
  url === given.url ? { format: 'module', source: given.source, shortCircuit: true } : next(url, context)
`

// With this symbol set, core starts nothing and hands over the graph that would have run (describeOnly of core/jobs).
const loader = `
import { readFileSync, writeFileSync } from 'node:fs'
import { register } from 'node:module'
const source = readFileSync(0, 'utf8')
if (source !== '') register(process.argv[2], { data: { url: process.argv[1], source } })
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
const isTypes = process.argv[3] === 'types'
let [attempted, failure, isAnswered] = [undefined, undefined, false]
const answer = (value) => {
  if (isAnswered) return
  isAnswered = true
  writeFileSync(3, JSON.stringify(value))
  process.exit(0)
}
const drawn = (graph) => ({ tasks: graph.tasks, edges: graph.edges, text: graph.text(), mermaid: graph.mermaid() })
// What runs something while it is loaded may have exports that nobody gets to see.
const answerOfRun = () => answer(isTypes ? { runs: true } : drawn(attempted))
const answerFailure = (cause) =>
  answer({ failure: { message: cause instanceof Error ? cause.name + ': ' + cause.message : String(cause), hint: cause?.hint } })
const started = new Promise((resolve) => {
  globalThis[Symbol.for('simple-sagemaker.describe-only')] = (graph) => {
    if (attempted === undefined || graph.tasks.length > attempted.tasks.length) attempted = graph
    resolve()
  }
})
// A program that runs something may end this process, or wait for ever.
process.on('exit', () => attempted !== undefined && answerOfRun())
const loaded = import(process.argv[1]).catch((cause) => void (failure = { cause }))
const module = await Promise.race([loaded, started.then(() => pause(500))])
if (isTypes) {
  const projects = new Set(Object.values(module ?? {}).filter((each) => typeof each?.declarations === 'function'))
  if (module === undefined && attempted !== undefined) answerOfRun()
  if (failure !== undefined) answerFailure(failure.cause)
  const told = await Promise.all([...projects].map((each) => each.declarations())).then(
    (lists) => (projects.size === 0 ? null : { tasks: lists.flat() }),
    (error) => ({ error: { message: error.message, hint: error.hint } }),
  )
  answer(told)
}
const project = [module?.default, module?.project, ...Object.values(module ?? {})].find((each) => typeof each?.graph === 'function')
if (project === undefined && failure === undefined) await Promise.race([started, pause(1000)])
if (project === undefined && attempted === undefined && failure !== undefined) answerFailure(failure.cause)
const graph = project?.graph() ?? attempted
answer(graph === undefined ? null : drawn(graph))
`

/** Loads the file in a process of its own: what it prints, or leaves running, is not ours. */
function load(file: string, source: string, asked: Asked, signal: AbortSignal): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const argv = [
      '--input-type=module',
      '-e',
      loader,
      pathToFileURL(file).href,
      `data:text/javascript,${encodeURIComponent(hooks)}`,
      asked,
    ]
    const child = spawn(process.execPath, argv, { cwd: dirname(file), stdio: ['pipe', 'ignore', 'pipe', 'pipe'], signal })
    // It may end before it has read anything: how it ended says why.
    child.stdin?.on('error', () => undefined).end(source)
    const output = { answer: '', stderr: '' }
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (output.stderr += text))
    // A character may come in two pieces.
    const answer = new StringDecoder('utf8')
    child.stdio[3]?.on('data', (bytes: Buffer) => (output.answer += answer.write(bytes)))
    child.on('error', reject)
    child.on('close', (code) => {
      if (code !== 0 || output.answer === '') reject(new Error(reasonIn(output.stderr) ?? `it ended with ${code}`))
      else resolve(JSON.parse(output.answer) as unknown)
    })
  })
}

/** The lines of an uncaught error that say what it is: without the code before them and the stack after them. */
function reasonIn(stderr: string): string | undefined {
  const lines = stderr.split('\n')
  const first = lines.findIndex((line) => /^\w*(Error|Exception)\b.*:/.test(line))
  if (first === -1) return undefined
  const length = lines.slice(first).findIndex((line) => /^ {4}at |^Node\.js v/.test(line))
  return lines
    .slice(first, length === -1 ? undefined : first + length)
    .join('\n')
    .trimEnd()
}
