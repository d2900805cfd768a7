import { posix } from 'node:path'
import type { ProjectFile } from './files.ts'
import { importsOf, type Import } from './imports.ts'

const stairs =
  'lang time secrets errors names files archive spec options platform events request bundle sync graph run project'.split(' ')
const rooms = ['aws', 'local']
const belowTheRooms = stairs.slice(0, stairs.indexOf('platform') + 1)
const source = 'packages/core/src/'

/** The one file that opens the rooms. */
const roomOpener = 'project/platforms.ts'

// Who may know the paths and names inside a machine.
const cellar = '@simple-sagemaker/worker-toolkit/contract'
const cellarVisitors = ['request', 'bundle', 'run', ...rooms]

/** Where a file of core breaks the law of the stairs, one sentence for each import that does. */
export function stairProblems(file: ProjectFile): readonly string[] {
  const inside = file.path.slice(source.length)
  return importsOf(file).flatMap((one) => {
    const problem = one.from.startsWith('.') ? relativeProblem(inside, one) : packageProblem(inside, one)
    return problem === undefined ? [] : [`${inside} imports ${one.from}: ${problem}`]
  })
}

function relativeProblem(inside: string, one: Import): string | undefined {
  const target = posix.normalize(posix.join(posix.dirname(inside), one.from))
  if (target.startsWith('..')) return 'a package is entered by its name, not by a path'
  if (!target.endsWith('.ts')) return 'a relative import names its .ts file'
  const [here, there] = [folderOf(inside), folderOf(target)]
  if (here === there) return undefined
  if (here === '') return rooms.includes(there) && one.kind === 'value' ? 'the door opens no room by itself' : undefined
  if (there === '') return 'nothing imports the door'
  return stepProblem(here, there, inside, one)
}

function stepProblem(here: string, there: string, inside: string, one: Import): string | undefined {
  const unknown = [here, there].find((folder) => !stairs.includes(folder) && !rooms.includes(folder))
  if (unknown !== undefined) return `${unknown} is not on the stairs`
  if (rooms.includes(here))
    return belowTheRooms.includes(there) ? undefined : `a room stands on ${belowTheRooms.at(-1)} and below`
  if (rooms.includes(there))
    return inside === roomOpener && one.kind !== 'value' ? undefined : `only ${roomOpener} opens a room, lazily`
  // The doorways and the nouns speak of each other, as types.
  if (one.kind === 'type' && [here, there].toSorted().join() === 'platform,spec') return undefined
  return stairs.indexOf(there) < stairs.indexOf(here) ? undefined : `${there} is not below ${here}`
}

function packageProblem(inside: string, { from, kind }: Import): string | undefined {
  if (kind === 'type') return undefined
  const folder = folderOf(inside)
  if (/^@(aws-sdk|smithy)\//.test(from) && folder !== 'aws') return 'values of the AWS SDK live in aws/'
  if (/^(node:)?fs(\/|$)/.test(from) && !['files', 'archive', 'local'].includes(folder))
    return 'files are touched in files/, archive/ and local/'
  if (/^(node:)?child_process$|^execa$/.test(from) && folder !== 'local' && !/^aws\/images(\.ts|\/)/.test(inside))
    return 'processes are started in local/ and aws/images.ts'
  if (from.startsWith('@simple-sagemaker/')) {
    return from === cellar && cellarVisitors.includes(folder)
      ? undefined
      : `of its sister packages core knows ${cellar}, in ${cellarVisitors.join(', ')}`
  }
  return undefined
}

const folderOf = (inside: string): string => (inside.includes('/') ? inside.slice(0, inside.indexOf('/')) : '')

/** Where the worker toolkit or the command line reach further than they may. */
export function packageProblems(file: ProjectFile): readonly string[] {
  const [, name = ''] = file.path.split('/')
  const home = `packages/${name}/src`
  const allowed = name === 'cli' ? /^(node:|@simple-sagemaker\/core(\/|$))/ : /^node:/
  return importsOf(file).flatMap(({ from }) => {
    const outside = !posix.normalize(posix.join(posix.dirname(file.path), from)).startsWith(`${home}/`)
    const wrong = from.startsWith('.') ? outside : !allowed.test(from)
    return wrong ? [`${file.path} imports ${from}`] : []
  })
}
