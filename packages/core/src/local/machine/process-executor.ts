import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { closeSync, constants, existsSync, mkdirSync, openSync, rmSync } from 'node:fs'
import { Socket } from 'node:net'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import { machineRootVariable } from '@simple-sagemaker/worker-toolkit/contract'
import { fsCodeOf } from '../../files/fs-errors.ts'
import { identityOf, signal as send } from '../process/identity.ts'
import type { MachineProgram, RunningMachine } from './isolation.ts'
import { JobProblem } from './job-problem.ts'
import { killStrays } from './strays.ts'

// The program must be the process that we started, with stdout a true pipe (scripts write to /dev/stderr, which a socket
// refuses), and it must not outlive its supervisor. So a shell first starts a watcher that ends the group when file 3, held
// open by the supervisor alone, closes; forked twice, the watcher is no child of the program, which replaces the shell.
// The watcher hears no SIGTERM, which the launcher may pass on to the whole group. Where there is `setsid`, it first leaves the group, to
// find those that left it as well. A container is no child of the program that started it, and is removed first of all, again and again while
// that program lives: it could still be starting one, and killed in the midst of that leaves processes that its engine knows nothing of.
const wrapper = `_tree=$1 _engine=$2 _removal=$3 _last=$4; shift 4
( {
  trap "" TERM INT HUP
  read -r _ <&3
  [ -z "$_engine" ] || {
    _tries=0
    while [ "$_tries" -lt 20 ] && kill -0 "$$"; do
      "$_engine" $_removal <&-
      _tries=$((_tries + 1))
      kill -0 "$$" && sleep 0.2
    done
    kill -KILL "$$"
    "$_engine" $_removal <&-
    [ -z "$_last" ] || "$_engine" $_last <&-
  }
  PATH=/usr/bin:/bin command -v setsid && exec /usr/bin/env -i PATH=/usr/bin:/bin setsid /bin/sh -c "$SSM_WATCHER" ssm "$$" "$_tree"
  kill -KILL 0
} >/dev/null 2>&1 & )
unset SSM_WATCHER; exec 3<&-; exec "$@"`

// The group goes at once; dash knows no `--` before its number. Then what left the group and still belongs to the machine: it is their
// `/`, or they carry its root in their environment, which cannot be read while one process becomes another. So they are looked for until
// two rounds in a row found nothing.
const orphaned = `
kill -KILL "-$1"
_rounds=0 _empty=0
while [ "$_empty" -lt 2 ] && [ "$_rounds" -lt 20 ]; do
  _rounds=$((_rounds + 1)) _empty=$((_empty + 1))
  for _file in /proc/[0-9]*/root $(grep -lF -e "${machineRootVariable}=$2" /proc/[0-9]*/environ); do
    _pid=\${_file#/proc/}
    _pid=\${_pid%/*}
    case $_file in */root) [ "$_file/" -ef "$2/" ] || continue ;; esac
    [ "$_pid" = "$$" ] || ! kill -KILL "$_pid" || _empty=0
  done
  sleep 0.05
done`

/** Makes the pipes for the output of several machines, unless whoever started the supervisor made them meanwhile. */
export async function makePipes(paths: readonly string[]): Promise<void> {
  const missing = paths.filter((path) => !existsSync(path))
  if (missing.length === 0) return
  for (const path of missing) mkdirSync(dirname(path), { recursive: true })
  await promisify(execFile)('mkfifo', ['-m', '600', '--', ...missing]).catch((cause: unknown) => {
    if (missing.every((path) => existsSync(path))) return
    throw fsCodeOf(cause) === 'ENOENT' ? withoutMkfifo() : cause
  })
}

const withoutMkfifo = (): JobProblem =>
  new JobProblem(
    'ClientError: the local platform needs the program mkfifo, which no folder of PATH has. It comes with every system, mostly in /usr/bin: add that folder to PATH.',
  )

/** Starts the program of a machine as a process group of this computer; `cwd` and `argv` are this computer's. */
export function startProcess(program: MachineProgram): RunningMachine {
  const reading = openSync(program.pipe, constants.O_RDONLY | constants.O_NONBLOCK)
  const writing = openSync(program.pipe, constants.O_WRONLY)
  rmSync(program.pipe)
  const output = new Socket({ fd: reading, readable: true, writable: false })
  output.on('data', program.onOutput)
  try {
    const { program: engine = '', words = '', last = '' } = program.afterwards ?? {}
    const child = spawn('/bin/sh', ['-c', wrapper, 'ssm', program.tree.root, engine, words, last, ...program.argv], {
      cwd: program.cwd,
      env: { ...program.environment, SSM_WATCHER: orphaned },
      detached: true,
      stdio: ['ignore', writing, writing, 'pipe'],
    })
    return running(child, output, program)
  } finally {
    closeSync(writing)
  }
}

function running(child: ChildProcess, output: Socket, program: MachineProgram): RunningMachine {
  const { pid } = child
  const drained = new Promise<void>((resolve) => {
    output.once('close', () => resolve())
    output.once('error', () => output.destroy())
  })
  return {
    identity: pid === undefined ? undefined : identityOf(pid),
    ended: endOf(child).then(async (code) => {
      if (pid !== undefined) send(pid, 'SIGKILL', 'group')
      killStrays(program.tree.root, pid)
      await drainedOrLate(drained, output)
      return code
    }),
    terminate: () => pid !== undefined && child.exitCode === null && child.signalCode === null && send(pid, 'SIGTERM'),
    kill: () => pid !== undefined && send(pid, 'SIGKILL', 'group'),
  }
}

function endOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', (cause) =>
      reject(new JobProblem(`InternalServerError: the machine could not be started: ${cause.message}`)),
    )
    child.once('exit', (code, name) => resolve(code ?? 128 + (name === null ? 0 : signalNumber(name))))
  })
}

const signalNumber = (name: NodeJS.Signals): number =>
  ({
    SIGHUP: 1,
    SIGINT: 2,
    SIGQUIT: 3,
    SIGILL: 4,
    SIGABRT: 6,
    SIGBUS: 7,
    SIGFPE: 8,
    SIGKILL: 9,
    SIGSEGV: 11,
    SIGPIPE: 13,
    SIGALRM: 14,
    SIGTERM: 15,
  })[name as string] ?? 0

const drainMs = 2_000

// A process that left the group and hides its environment could hold the pipe open for ever.
async function drainedOrLate(drained: Promise<void>, output: Socket): Promise<void> {
  const late = setTimeout(() => output.destroy(), drainMs)
  await drained
  clearTimeout(late)
}
