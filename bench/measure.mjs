import { spawn } from 'node:child_process'
import process from 'node:process'

/** The middle value, or the mean of the two in the middle. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length / 2
  return sorted.length % 2 === 1 ? sorted[Math.floor(middle)] : (sorted[middle - 1] + sorted[middle]) / 2
}

// Reading a long list of certificates at every start of Node would be measured instead of the program.
const { NODE_EXTRA_CA_CERTS: _certificates, NODE_OPTIONS: _options, ...environment } = process.env

/** How long a program takes from start to end, in milliseconds. Rejects when it fails. */
export function timeProgram([program, ...args], { cwd, env = {} } = {}) {
  return new Promise((resolve, reject) => {
    const start = performance.now()
    const child = spawn(program, args, { cwd, env: { ...environment, ...env }, stdio: ['ignore', 'ignore', 'pipe'] })
    let said = ''
    child.stderr.setEncoding('utf8').on('data', (text) => (said += text))
    child.on('error', reject)
    child.on('close', (code) => {
      if (code === 0) resolve(performance.now() - start)
      else reject(new Error(`${program} ${args.join(' ')} ended with ${code}: ${said.slice(-2000)}`))
    })
  })
}

/** Two acts in turn, `runs` times each after a warm-up: what slows the machine down slows both. */
export async function alternate(runs, ours, bare) {
  const series = { ours: [], bare: [] }
  for (let run = -2; run < runs; run++) {
    const [bareMs, oursMs] = [await bare(), await ours()]
    if (run < 0) continue
    series.bare.push(bareMs)
    series.ours.push(oursMs)
  }
  return series
}

/** Whether a program can be started at all. */
export const isThere = (argv) =>
  timeProgram(argv).then(
    () => true,
    () => false,
  )

/** Watches for how long at most nothing else had the thread; `end` tells, in milliseconds. */
export function longestStall() {
  let [longest, last] = [0, performance.now()]
  const look = () => {
    const now = performance.now()
    longest = Math.max(longest, now - last)
    last = now
  }
  const timer = setInterval(look, 2)
  return {
    end() {
      look()
      clearInterval(timer)
      last = Infinity
      return longest
    },
  }
}
