import type { ErrorCode } from '../errors/codes.ts'
import type { Text } from '../errors/wording.ts'
import { nameOnPrototype, SsmError, type SsmErrorOptions } from '../errors/ssm-error.ts'

/** What a platform could not do, in the words of the code table; the vendor's own error is the `cause`. */
export class PlatformError extends SsmError {
  static {
    nameOnPrototype(this, 'PlatformError')
  }

  constructor(code: ErrorCode, message: Text, options: SsmErrorOptions = {}) {
    super(code, message, options)
  }
}
