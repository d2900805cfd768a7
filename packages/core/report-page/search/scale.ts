import type { ReportedSearch, SearchedParameter } from '../../src/run/report/search-document.ts'
import { number } from '../text.ts'

/** An axis: where a value stands on it, from 0 to 1, and what is written beside it. */
export interface Axis {
  readonly name: string
  /** Whose axis it is: the hyperparameter as it is called; absent for the metric. */
  readonly parameter?: string
  readonly place: (value: number | string | undefined) => number | undefined
  readonly marks: readonly { readonly at: number; readonly text: string }[]
}

/** The axis of a hyperparameter. */
export function parameterAxis(parameter: SearchedParameter): Axis {
  const { name } = parameter
  if (parameter.kind === 'range')
    return { ...numberAxis(name, parameter.min, parameter.max, parameter.scale === 'log'), parameter: name }
  const { values } = parameter
  const at = (index: number): number => (values.length < 2 ? 0.5 : index / (values.length - 1))
  const shown = values.length <= 12 ? values : [values[0] ?? '', values.at(-1) ?? '']
  return {
    name,
    parameter: name,
    place: (value) => {
      const index = value === undefined ? -1 : values.indexOf(String(value))
      return index < 0 ? undefined : at(index)
    },
    marks: shown.map((text) => ({ at: at(values.indexOf(text)), text })),
  }
}

/** The axis of the searched metric: logarithmic when all values are positive and lie orders of magnitude apart. */
export function metricAxis({ goal, trials }: ReportedSearch): Axis | undefined {
  const values = trials.flatMap(({ value }) => (value === undefined ? [] : [value]))
  if (goal === undefined || values.length === 0) return undefined
  const [least, greatest] = [Math.min(...values), Math.max(...values)]
  return numberAxis(goal.metric, least, greatest, least > 0 && greatest / least > 100)
}

function numberAxis(name: string, min: number, max: number, isLogarithmic: boolean): Axis {
  const scaled = isLogarithmic ? Math.log : (value: number): number => value
  const place = (value: number | string | undefined): number | undefined => {
    if (typeof value !== 'number') return undefined
    return max === min ? 0.5 : Math.min(1, Math.max(0, (scaled(value) - scaled(min)) / (scaled(max) - scaled(min))))
  }
  const middle = isLogarithmic ? Math.sqrt(min * max) : (min + max) / 2
  const marked = max === min ? [min] : [min, middle, max]
  return {
    name: isLogarithmic ? `${name}, logarithmic` : name,
    place,
    marks: marked.map((value) => ({ at: place(value) ?? 0.5, text: short(value) })),
  }
}

/** A value with the digits that an axis has room for. */
const short = (value: number): string => {
  const size = Math.abs(value)
  return size !== 0 && (size < 0.001 || size >= 100_000) ? value.toExponential(1) : number(Number(value.toPrecision(3)))
}
