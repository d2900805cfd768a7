import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { pythonWithBotocore } from './moto.ts'

export interface RequestToJudge {
  /** `CreateTrainingJob`. */
  readonly operation: string
  readonly input: object
  /** `sagemaker` unless told otherwise; botocore's names. */
  readonly service?: string
  /** Comes back with its violations. */
  readonly id?: string
}

export interface Violation {
  readonly id: string | null
  readonly operation: string
  /** `CreateTrainingJob.ResourceConfig.InstanceType` */
  readonly path: string
  readonly problem: string
}

/** Judges requests by the service models that botocore ships: types, members, lengths, patterns, enumerations, ranges. */
export async function judge(requests: readonly RequestToJudge[]): Promise<readonly Violation[]> {
  const script = fileURLToPath(new URL('../../aws/validate_requests.py', import.meta.url))
  const input = requests.map((request) => `${JSON.stringify(request)}\n`).join('')
  // It ends with 1 when it found something.
  const { exitCode, stdout, shortMessage } = await execa(pythonWithBotocore, [script], {
    input,
    stderr: 'inherit',
    reject: false,
  })
  if (exitCode === undefined) throw new Error(shortMessage)
  const lines = stdout.split('\n').map((line) => JSON.parse(line) as Violation | { readonly requests: number }) // its own format
  const last = lines.at(-1)
  if (last === undefined || !('requests' in last) || last.requests !== requests.length)
    throw new Error('The judge did not read every request')
  return lines.slice(0, -1) as readonly Violation[] // all but the last are violations
}
