import { pathToFileURL } from 'node:url'
import process from 'node:process'
import { builtFromSources } from './built.mjs'
import { functions } from './search/functions.mjs'
import { openOptuna, ours } from './search/optimizers.mjs'
import { jobSeconds } from './search/simulate.mjs'

const text = "export { nextValues } from './search/choose/samplers.ts'\nexport { Rungs } from './search/choose/halving.ts'"
// As much as 80 trials take that run to their ends.
const budgetSeconds = 80 * 27 * 30
const halving = { after: 1, factor: 3 }
const seeds = Array.from({ length: Number(process.env.SSM_BENCH_SEEDS ?? 20) }, (_, seed) => seed)

/**
 * Job-seconds, in simulated time, until a trial is within 1 % of the optimum: ours beside random search, and beside Optuna's TPE with its
 * successive halving, when `SSM_BENCH_OPTUNA` names a Python that has it.
 */
export async function bench({ root }) {
  const library = await import(pathToFileURL(await builtFromSources(root, 'search', { text })).href)
  const python = process.env.SSM_BENCH_OPTUNA
  const optuna = python === undefined ? undefined : await openOptuna(python)
  try {
    const arms = {
      ours: (problem, seed) => ours(library, problem, { seed, by: 'bayes', halving }),
      random: (problem, seed) => ours(library, problem, { seed, by: 'random' }),
      ...(optuna === undefined ? {} : { optuna: (problem, seed) => optuna.study(problem, { seed, prunes: true }) }),
      ...(process.env.SSM_BENCH_ALL === undefined
        ? {}
        : {
            'ours, none stopped': (problem, seed) => ours(library, problem, { seed, by: 'bayes' }),
            'random, stopped early': (problem, seed) => ours(library, problem, { seed, by: 'random', halving }),
            ...(optuna === undefined
              ? {}
              : { 'optuna, none stopped': (problem, seed) => optuna.study(problem, { seed, prunes: false }) }),
          }),
    }
    const means = {}
    const problems = Object.entries(functions).filter(([name]) => name.startsWith(process.env.SSM_BENCH_FUNCTION ?? ''))
    for (const [arm, open] of Object.entries(arms)) {
      for (const [name, problem] of problems) {
        let total = 0
        for (const seed of seeds) total += await jobSeconds(problem, await open(problem, seed), { seed, budgetSeconds })
        ;(means[name] ??= {})[arm] = total / seeds.length
      }
    }
    report(means, Object.keys(arms), optuna?.version)
    const ratio = (arm) => Math.exp(mean(Object.values(means).map((one) => Math.log(one.ours / one[arm]))))
    return [
      row('random search', ratio('random'), 0.6),
      optuna === undefined
        ? { what: 'job-seconds of a search', beside: 'Optuna', skipped: 'SSM_BENCH_OPTUNA names no Python that has optuna' }
        : row(`Optuna ${optuna.version}, TPE and successive halving`, ratio('optuna'), 1.1),
    ]
  } finally {
    await optuna?.[Symbol.asyncDispose]()
  }
}

const mean = (values) => values.reduce((total, value) => total + value, 0) / values.length

// The runner compares milliseconds: a share of the other's job-seconds takes their place, and the limit is what it may be more than the other's 1.
const row = (beside, share, limit) => ({
  what: `job-seconds of a search, ${Object.keys(functions).length} functions, ${seeds.length} seeds`,
  beside,
  limitMs: limit - 1,
  ours: [share],
  bare: [1],
})

function report(means, arms, version) {
  const lines = Object.entries(means).map(([name, one]) => [name, ...arms.map((arm) => Math.round(one[arm]))].join(' | '))
  process.stderr.write(`job-seconds until within 1 %, mean of ${seeds.length} seeds (optuna ${version ?? 'not there'})\n`)
  process.stderr.write(`${['function', ...arms].join(' | ')}\n${lines.join('\n')}\n`)
}
