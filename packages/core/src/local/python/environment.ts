import { mkdirSync, symlinkSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import type { MachineView } from '../machine/isolation.ts'
import type { MachineTree } from '../machine/tree.ts'
import type { PythonChoice } from '../../platform/python.ts'
import { venvOf } from './find-python.ts'

/** A machine's folder, and how its program sees it. */
interface Machine {
  readonly tree: Pick<MachineTree, 'root'>
  readonly view: Pick<MachineView, 'root'>
}

type Environment = Readonly<Record<string, string>>

/** Where the PATH leads when nobody says. */
const usualPath = '/usr/local/bin:/usr/bin:/bin'

/**
 * The variables that make a machine's programs run with this Python: `SSM_PYTHON` for the launcher, and the PATH for shell
 * lines. `environment` is what the machine has without them.
 */
export function withPython(environment: Environment, python: PythonChoice | undefined, machine: Machine): Environment {
  if (python === undefined) return environment
  if (python.foundBy === 'path') return { ...environment, SSM_PYTHON: python.path }
  const { VIRTUAL_ENV: _other, ...rest } = environment
  const venv = venvOf(python.path)
  const folder = venv === undefined ? namesFor(python.path, machine) : dirname(python.path)
  return {
    ...rest,
    ...(venv === undefined ? {} : { VIRTUAL_ENV: venv }),
    PATH: `${folder}${delimiter}${environment['PATH'] ?? usualPath}`,
    SSM_PYTHON: python.path,
  }
}

/** The same for a virtual environment with the packages of the job: `SSM_PACKAGES` tells the launcher that there is nothing to install. */
export function withPackages(environment: Environment, folder: string | undefined): Environment {
  if (folder === undefined) return environment
  const bin = join(folder, 'bin')
  return {
    ...environment,
    VIRTUAL_ENV: folder,
    PATH: `${bin}${delimiter}${environment['PATH'] ?? usualPath}`,
    SSM_PYTHON: join(bin, 'python'),
    SSM_PACKAGES: folder,
  }
}

/** A folder in which this interpreter alone is `python3`: its own may hold other programs that the PATH must not find first. */
function namesFor(python: string, { tree, view }: Machine): string {
  const folder = '/opt/ml/.ssm-launch/bin'
  mkdirSync(tree.root + folder, { recursive: true })
  for (const name of ['python3', 'python']) symlinkSync(python, join(tree.root + folder, name))
  return view.root + folder
}
