import { appendFileSync, closeSync, openSync, readFileSync } from 'node:fs'
import { twice } from './twice.ts'

/** A function that a test calls on local machines. */
export async function measured(
  texts: readonly string[],
  options: { readonly unit: string },
): Promise<{ unit: string; lengths: number[] }> {
  if (options.unit === 'none') throw new RangeError('there is no such unit', { cause: new Error('units are letters') })
  return { unit: twice(options.unit), lengths: texts.map((text) => text.length) }
}

/** Notes each call in a file, so that a test sees how often it was made; some end badly. */
export function noted(text: string, file: string): number {
  appendFileSync(file, `${text}\n`)
  if (text === 'leaves') process.exit(7)
  if (text.startsWith('fails')) throw new TypeError(`${text} is refused`)
  return text.length
}

/** As `noted`; the first call of `dies` ends the machine's program. */
export function mortal(text: string, file: string): number {
  const isFirst = text === 'dies' && !readFileSync(file, 'utf8').includes('dies')
  const length = noted(text, file)
  if (isFirst) process.exit(9)
  return length
}

/** Gives what it takes. */
export const same = (value: unknown): unknown => value

/** Never ends for texts that begin with `never`: nothing is left that could settle its promise. */
export const unsettled = (text: string): Promise<string> =>
  new Promise((resolve) => {
    if (!text.startsWith('never')) setTimeout(() => resolve(text), 1)
  })

export const noFunction = 1

/** Each item of `deadly` kills the program of its machine once, before it is done; starts are noted. */
export function killing(item: number, folder: string, deadly: readonly number[]): number {
  appendFileSync(`${folder}/starts`, `${item}\n`)
  if (deadly.includes(item)) {
    let isFirst = true
    try {
      closeSync(openSync(`${folder}/killed-${item}`, 'wx'))
    } catch {
      isFirst = false
    }
    if (isFirst) process.kill(process.pid, 'SIGKILL')
  }
  return item * 2
}
