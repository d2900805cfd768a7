import { number, plain } from '../text.ts'

/** A hyperparameter's value as it is shown. */
export const valueText = (value: number | string | undefined): string => {
  if (value === undefined) return '–'
  return typeof value === 'number' ? number(value) : plain(value)
}
