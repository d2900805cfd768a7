import { isSsmError } from '../errors/ssm-error.ts'
import type { ParametersOf } from '../options/option.ts'
import { taskOptions, type TaskOptionTable, type TrainingOptions } from '../options/task-options.ts'

type OptionMethods = {
  readonly [Name in keyof TaskOptionTable]: (...parameters: ParametersOf<TaskOptionTable[Name]>) => WithOptionMethods
}

/** A method for each option of the table, with the parameters that its record names. */
export const WithOptionMethods = /* @__PURE__ */ optionMethods() as abstract new () => OptionMethods
export type WithOptionMethods = OptionMethods

function optionMethods(): unknown {
  abstract class Base {
    abstract with(options: TrainingOptions): unknown
  }
  for (const [name, { method }] of Object.entries(taskOptions)) {
    const valueOf = method as (...parameters: readonly unknown[]) => unknown
    // Bound when it is read, as the other methods are, and made only then: most are never called.
    const get = function (this: Base): unknown {
      return (...parameters: readonly unknown[]) => this.with({ [name]: valueIn(valueOf, parameters) })
    }
    Object.defineProperty(Base.prototype, name, { get, enumerable: false })
  }
  return Base
}

/** The option's value; what a caller without types gave instead of the parameters is told by the option's check. */
function valueIn(valueOf: (...parameters: readonly unknown[]) => unknown, parameters: readonly unknown[]): unknown {
  try {
    return valueOf(...parameters)
  } catch (cause) {
    if (isSsmError(cause)) throw cause
    return parameters[0]
  }
}
