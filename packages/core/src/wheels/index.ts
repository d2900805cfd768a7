import { join } from 'node:path'

export { targetOf } from './target.ts'
export { wheelsFor } from './wheels.ts'
export { tensorboardProgram } from './tensorboard/installed.ts'
export { startTensorboard } from './tensorboard/server.ts'

/** The Python of this computer whose pip brings wheels for machines elsewhere. */
export function clientPython(): string {
  const { SSM_PYTHON: named = '', VIRTUAL_ENV: venv = '' } = process.env
  return named || (venv === '' ? 'python3' : join(venv, 'bin', 'python'))
}
