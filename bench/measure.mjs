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
export async function timeProgram(argv, options) {
  const start = performance.now()
  await outputOf(argv, { ...options, stdout: 'ignore' })
  return performance.now() - start
}

/**
 * How much processor time a program and all that it starts and waits for take, in milliseconds, and what the program prints. Other work on the machine
 * changes it far less than the time from start to end. Rejects when it fails.
 */
export async function processorTime(argv, options) {
  // POSIX: `times` tells user and system time of the shell, then of what it waited for.
  const output = await outputOf(['sh', '-c', '"$@" || exit; times', 'sh', ...argv], options)
  const lines = output.trimEnd().split('\n')
  const spent = [...lines.at(-1).matchAll(/(\d+)m([\d.]+)s/g)].map(
    ([, minutes, seconds]) => Number(minutes) * 60 + Number(seconds),
  )
  return { ms: spent.reduce((sum, seconds) => sum + seconds, 0) * 1000, output: lines.slice(0, -2).join('\n') }
}

function outputOf([program, ...args], { cwd, env = {}, stdout = 'pipe' } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env: { ...environment, ...env }, stdio: ['ignore', stdout, 'pipe'] })
    const said = { stdout: '', stderr: '' }
    child.stdout?.setEncoding('utf8').on('data', (text) => (said.stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text) => (said.stderr += text))
    child.on('error', reject)
    child.on('close', (code) => {
      if (code === 0) resolve(said.stdout)
      else reject(new Error(`${program} ${args.join(' ')} ended with ${code}: ${(said.stderr + said.stdout).slice(-2000)}`))
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
