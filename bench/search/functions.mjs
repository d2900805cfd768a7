// Public test functions for optimizers, each to be made small: bounds of each variable, and the least value.
const sum = (values) => values.reduce((total, value) => total + value, 0)
const square = (value) => value * value

const hartmannRows = {
  3: {
    a: [
      [3, 10, 30],
      [0.1, 10, 35],
      [3, 10, 30],
      [0.1, 10, 35],
    ],
    p: [
      [0.3689, 0.117, 0.2673],
      [0.4699, 0.4387, 0.747],
      [0.1091, 0.8732, 0.5547],
      [0.03815, 0.5743, 0.8828],
    ],
  },
  6: {
    a: [
      [10, 3, 17, 3.5, 1.7, 8],
      [0.05, 10, 17, 0.1, 8, 14],
      [3, 3.5, 1.7, 10, 17, 8],
      [17, 8, 0.05, 10, 0.1, 14],
    ],
    p: [
      [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886],
      [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
      [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.665],
      [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
    ],
  },
}

const hartmann = (dimensions) => (x) => {
  const { a, p } = hartmannRows[dimensions]
  const weights = [1, 1.2, 3, 3.2]
  return -sum(
    weights.map((weight, row) => weight * Math.exp(-sum(x.map((value, at) => a[row][at] * square(value - p[row][at]))))),
  )
}

const all = (dimensions, bounds) => Array.from({ length: dimensions }, () => bounds)

export const functions = {
  branin: {
    bounds: [
      [-5, 10],
      [0, 15],
    ],
    least: 0.397887,
    f: ([x, y]) =>
      square(y - (5.1 / (4 * square(Math.PI))) * x * x + (5 / Math.PI) * x - 6) + 10 * (1 - 1 / (8 * Math.PI)) * Math.cos(x) + 10,
  },
  'six-hump camel': {
    bounds: [
      [-3, 3],
      [-2, 2],
    ],
    least: -1.031628,
    f: ([x, y]) => (4 - 2.1 * x * x + x ** 4 / 3) * x * x + x * y + (-4 + 4 * y * y) * y * y,
  },
  'Goldstein-Price, logarithm': {
    bounds: all(2, [-2, 2]),
    least: Math.log(3),
    f: ([x, y]) =>
      Math.log(
        (1 + square(x + y + 1) * (19 - 14 * x + 3 * x * x - 14 * y + 6 * x * y + 3 * y * y)) *
          (30 + square(2 * x - 3 * y) * (18 - 32 * x + 12 * x * x + 48 * y - 36 * x * y + 27 * y * y)),
      ),
  },
  'Hartmann 3': { bounds: all(3, [0, 1]), least: -3.86278, f: hartmann(3) },
  'Hartmann 6': { bounds: all(6, [0, 1]), least: -3.32237, f: hartmann(6) },
  'Styblinski-Tang 3': {
    bounds: all(3, [-5, 5]),
    least: -39.166166 * 3,
    f: (x) => sum(x.map((v) => v ** 4 - 16 * v * v + 5 * v)) / 2,
  },
  'Rosenbrock 3': {
    bounds: all(3, [-5, 10]),
    least: 0,
    f: (x) => sum(x.slice(1).map((v, at) => 100 * square(v - square(x[at])) + square(1 - x[at]))),
  },
  'Levy 4': {
    bounds: all(4, [-10, 10]),
    least: 0,
    f: (x) => {
      const w = x.map((v) => 1 + (v - 1) / 4)
      const last = w.at(-1)
      return (
        square(Math.sin(Math.PI * w[0])) +
        sum(w.slice(0, -1).map((v) => square(v - 1) * (1 + 10 * square(Math.sin(Math.PI * v + 1))))) +
        square(last - 1) * (1 + square(Math.sin(2 * Math.PI * last)))
      )
    },
  },
}
