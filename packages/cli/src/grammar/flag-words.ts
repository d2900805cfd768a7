import { taskOptions, type AnyOption } from '@simple-sagemaker/core/options'
import { dashed } from './command.ts'

const options: Readonly<Record<string, AnyOption>> = taskOptions

/** Names of the library that are no options, as the command line has them. */
const others: Readonly<Record<string, string>> = { 'rehearse()': 'ssm rehearse' }

/** The summary of an option, which the library has too, with flags in place of its other options: `--spot_after` for `spotAfter`. */
export const inFlags = (text: string, written: (flag: string) => string = (flag) => flag): string =>
  text.replace(/`([A-Za-z]+(?:\(\))?)`/g, (whole, name: string) => {
    const flag = Object.hasOwn(options, name) ? options[name]?.flag?.names[0] : undefined
    const said = flag === undefined ? others[name] : dashed(flag)
    return said === undefined ? whole : written(said)
  })
