// Trials on machines in simulated time: nobody sleeps. A trial prints 27 values of its loss, which fall towards the value of the function.
const stepsOfTrial = 27
const workers = 8

/** Numbers from 0 up to 1, the same for the same seed. */
export function numbers(seed) {
  let state = (seed * 0x9e3779b9 + 12345) >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** The mean of a function over its bounds. */
export function meanOf({ bounds, f }) {
  const random = numbers(1)
  let total = 0
  for (let index = 0; index < 20_000; index += 1) total += f(bounds.map(([min, max]) => min + random() * (max - min)))
  return total / 20_000
}

/**
 * Seconds that all machines together used until a trial had completed within 1 % of the optimum: of the way from the mean of the function to
 * its least value. A search that has used the whole budget before ends there.
 */
export async function jobSeconds(problem, optimizer, { seed, budgetSeconds }) {
  const { bounds, f, least } = problem
  const mean = meanOf(problem)
  const near = least + 0.01 * (mean - least)
  const random = numbers(1_000 + seed)
  const running = new Map()
  let used = 0
  const begin = async (now) => {
    const asked = await optimizer.ask()
    const x = bounds.map((_, index) => asked.values[`x${index}`])
    const trial = { id: asked.id, value: f(x), step: 0, stepSeconds: 20 + 20 * random(), pace: 4 + 4 * random() }
    running.set(trial, now + trial.stepSeconds)
  }
  const next = () => [...running].reduce((first, one) => (one[1] < first[1] ? one : first))
  for (let index = 0; index < workers; index += 1) await begin(0)
  for (;;) {
    const [trial, now] = next()
    trial.step += 1
    used += trial.stepSeconds
    if (used >= budgetSeconds) return budgetSeconds
    const isLast = trial.step === stepsOfTrial
    const loss = trial.value + (isLast ? 0 : (mean - least) * Math.exp(-trial.step / trial.pace))
    const stop = await optimizer.report(trial.id, trial.step, loss)
    if (isLast) {
      await optimizer.complete(trial.id, loss)
      if (loss <= near) return used
    } else if (stop) {
      await optimizer.stopped(trial.id)
    } else {
      running.set(trial, now + trial.stepSeconds)
      continue
    }
    running.delete(trial)
    await begin(now)
  }
}
