import { JobProblem } from '../machine/job-problem.ts'
import { runProgram } from './run-program.ts'

/** What an interpreter says of itself. */
export interface Interpreter {
  readonly executable: string
  readonly version: string
  readonly platform: string
  readonly prefix: string
  /** The folders that its packages lie in. */
  readonly packageFolders: readonly string[]
  /** The folder of its pip; absent when it has none. */
  readonly pip?: string
}

const question = `
import importlib.util, json, os, sys, sysconfig
pip = importlib.util.find_spec("pip")
print(json.dumps({
    "executable": os.path.realpath(sys.executable), "version": sys.version, "platform": sysconfig.get_platform(), "prefix": sys.prefix,
    "packageFolders": [p for p in sys.path if os.path.basename(p) in ("site-packages", "dist-packages") and os.path.isdir(p)],
    **({"pip": os.path.dirname(pip.origin)} if pip is not None and pip.origin else {}),
}))
`

/** Asks an interpreter what it is. */
export async function interpreterOf(
  python: string,
  environment: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Interpreter> {
  const { code, stdout, lastLines } = await runProgram({ argv: [python, '-c', question], cwd: '/', environment, signal })
  if (code === 0) return JSON.parse(stdout) as Interpreter
  throw new JobProblem(
    `ClientError: the Python ${python} cannot be started (exit code ${code})\n${lastLines.slice(-5).join('\n')}`,
  )
}
