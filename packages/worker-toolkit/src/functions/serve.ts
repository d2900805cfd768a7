import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Json } from '../json-file.ts'
import { worker, type Worker } from '../worker.ts'
import { keptEnds, keyOf, openEndedCalls } from './kept-ends.ts'
import { answerCalls, isExecutorThread, inlineExecutor, threadExecutor, type Executor } from './executors.ts'
import type { Callee } from './one-call.ts'
import { answersFile, callsChannel, callsFile, callsSettingsFile, type CallEnd, type CallsSettings } from './protocol.ts'

interface Call {
  readonly call: number
  readonly of: string
  readonly args: readonly Json[]
}

/**
 * Runs the calls of this job on this machine: every n-th of n machines. What ended before an interruption is not called again; each end is kept
 * at once, and all are written for the program that called.
 *
 * @param module the user's module
 * @param name the function, an export of it
 * @param program the file to start threads with
 */
export async function serveCalls(module: object, name: string, program: URL): Promise<void> {
  const callee: unknown = Reflect.get(module, name)
  if (typeof callee !== 'function') throw new Error(`The module exports no function ${JSON.stringify(name)}`)
  // What it takes is checked by whoever calls, with the types of the module.
  const typed = callee as Callee
  if (isExecutorThread()) return answerCalls(typed)
  const job = worker()
  const settings = settingsIn(job)
  const calls = callsOf(job, settings)
  const before = keptEnds(job.stateDir)
  const ends = new Map(
    calls.flatMap(({ call, of }) => (before.has(keyOf({ call, of })) ? [[call, before.get(keyOf({ call, of }))] as const] : [])),
  )
  const open = calls.filter(({ call }) => !ends.has(call))
  console.log(`${name}: ${open.length} calls on this machine${ends.size === 0 ? '' : `, ${ends.size} ended before`}`)
  const kept = openEndedCalls(job.instanceStateDir)
  const executors = Array.from({ length: Math.min(settings.perMachine, open.length) }, (): Executor =>
    settings.perMachine === 1 ? inlineExecutor(typed) : threadExecutor(program),
  )
  const queue = open.values()
  try {
    await Promise.all(
      executors.map(async (executor) => {
        for (const { call, of, args } of queue) {
          const end: CallEnd = { call, of, ...(await executor.run(args)) }
          kept.add(end)
          ends.set(call, end)
          if (end.error !== undefined) console.error(`${name}: call ${call} failed: ${end.error.name}: ${end.error.message}`)
        }
      }),
    )
  } finally {
    kept.close()
    await Promise.all(executors.map((executor) => executor.close()))
  }
  const lines = calls.map(({ call }) => `${JSON.stringify(ends.get(call))}\n`)
  writeFileSync(join(job.modelDir, answersFile(job.host)), lines.join(''))
}

function settingsIn(job: Worker): CallsSettings {
  // The program that started the job wrote it.
  return JSON.parse(readFileSync(join(job.channel(callsChannel), callsSettingsFile), 'utf8')) as CallsSettings
}

function callsOf(job: Worker, { rest }: CallsSettings): readonly Call[] {
  const lines = readFileSync(join(job.channel(callsChannel), callsFile), 'utf8')
    .split('\n')
    .slice(0, -1)
  return lines.flatMap((line, call) => {
    if (call % job.machines !== job.rank) return []
    const of = createHash('sha256').update(line).update('\0').update(JSON.stringify(rest)).digest('hex').slice(0, 16)
    // As above.
    return [{ call, of, args: [...(JSON.parse(line) as readonly Json[]), ...rest] }]
  })
}
