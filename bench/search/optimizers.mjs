import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

/** Ours, as the search calls it: the pure choice of the next values, and the rule that stops trials. */
export function ours({ nextValues, Rungs }, { bounds }, { seed, by, halving }) {
  const space = Object.fromEntries(bounds.map(([min, max], index) => [`x${index}`, { kind: 'range', scale: 'float', min, max }]))
  const rungs = halving === undefined ? undefined : new Rungs(halving)
  const seen = []
  const change = (id, what) => (seen[id - 1] = { ...seen[id - 1], ...what })
  return {
    ask: async () => {
      const id = seen.length + 1
      const values = nextValues({ space, by, seed, trials: Number.POSITIVE_INFINITY }, id, seen)
      seen.push({ values, steps: 0, status: 'running' })
      return { id, values }
    },
    report: async (id, steps, loss) => {
      change(id, { steps, last: loss })
      return rungs?.report(id, steps, loss).verdict === 'stop'
    },
    complete: async (id, loss) => change(id, { status: 'completed', loss }),
    stopped: async (id) => change(id, { status: 'stopped-early', loss: seen[id - 1].last }),
    end: async () => undefined,
  }
}

/** Optuna in a process of its own, one line of JSON for each call. */
export async function openOptuna(python) {
  const child = spawn(python, [new URL('optuna_lines.py', import.meta.url).pathname], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const call = async (message) => {
    child.stdin.write(`${JSON.stringify(message)}\n`)
    const { value, done } = await lines.next()
    if (done) throw new Error('Optuna ended')
    return JSON.parse(value)
  }
  const { version } = await call({ op: 'version' })
  return {
    version,
    study: async ({ bounds }, { seed, prunes }) => {
      await call({ op: 'new', bounds, seed, prunes })
      return {
        ask: () => call({ op: 'ask' }),
        report: async (id, step, value) => (await call({ op: 'report', id, step, value })).stop,
        complete: (id, value) => call({ op: 'complete', id, value }),
        stopped: (id) => call({ op: 'stopped', id }),
      }
    },
    async [Symbol.asyncDispose]() {
      child.stdin.end()
      if (child.exitCode === null) await once(child, 'exit')
    },
  }
}
