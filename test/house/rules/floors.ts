import { posix } from 'node:path'
import type { ProjectFile } from './files.ts'
import { importsOf, type Import } from './imports.ts'

const layers =
  'lang time secrets errors names files archive spec options platform cost containers events request bundle sync wheels graph run search project testing'.split(
    ' ',
  )
const platforms = ['aws', 'local']
const belowPlatforms = layers.slice(0, layers.indexOf('containers') + 1)
const source = 'packages/core/src/'

/** The one file that opens the platforms. */
const platformOpener = 'project/platforms.ts'

// Who may know the paths and names inside a machine.
const machineContract = '@simple-sagemaker/worker-toolkit/contract'
// Who may know what a program and the machines that run its functions send each other.
const functionFiles = '@simple-sagemaker/worker-toolkit/functions'
const contractUsers = ['request', 'bundle', 'wheels', 'run', 'search', 'project', ...platforms]

/** Where a file of core breaks the order of the layers, one sentence for each import that does. */
export function layerProblems(file: ProjectFile): readonly string[] {
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
  if (here === '') return platforms.includes(there) && one.kind === 'value' ? 'index.ts loads no platform by itself' : undefined
  if (there === '') return 'nothing imports index.ts'
  return folderProblem(here, there, inside, one)
}

function folderProblem(here: string, there: string, inside: string, one: Import): string | undefined {
  const unknown = [here, there].find((folder) => !layers.includes(folder) && !platforms.includes(folder))
  if (unknown !== undefined) return `${unknown} is not a layer`
  if (platforms.includes(here))
    return belowPlatforms.includes(there) ? undefined : `a platform imports ${belowPlatforms.at(-1)} and lower layers`
  if (platforms.includes(there))
    return inside === platformOpener && one.kind !== 'value' ? undefined : `only ${platformOpener} opens a platform, lazily`
  // The interfaces of a platform and the data of a task name each other's types.
  if (one.kind === 'type' && [here, there].toSorted().join() === 'platform,spec') return undefined
  return layers.indexOf(there) < layers.indexOf(here) ? undefined : `${there} is not below ${here}`
}

function packageProblem(inside: string, { from, kind }: Import): string | undefined {
  if (kind === 'type') return undefined
  const folder = folderOf(inside)
  if (/^@(aws-sdk|smithy)\//.test(from) && folder !== 'aws') return 'values of the AWS SDK live in aws/'
  if (/^(node:)?fs(\/|$)/.test(from) && !['files', 'archive', 'wheels', 'local', 'containers', 'testing'].includes(folder))
    return 'files are touched in files/, archive/, wheels/, containers/, local/ and testing/'
  if (/^(node:)?child_process$|^execa$/.test(from) && !['local', 'wheels', 'containers'].includes(folder))
    return 'processes are started in local/, wheels/ and containers/'
  if (from.startsWith('@simple-sagemaker/')) {
    if (from === functionFiles && folder === 'project') return undefined
    return from === machineContract && contractUsers.includes(folder)
      ? undefined
      : `of its sister packages core knows ${machineContract}, in ${contractUsers.join(', ')}`
  }
  return undefined
}

const folderOf = (inside: string): string => (inside.includes('/') ? inside.slice(0, inside.indexOf('/')) : '')

/** Where the worker toolkit or the command line reach further than they may. */
export function packageProblems(file: ProjectFile): readonly string[] {
  const [, name = ''] = file.path.split('/')
  const home = `packages/${name}/src`
  const allowed = name === 'cli' ? /^(node:|@simple-sagemaker\/core(\/|$)|string-width$)/ : /^node:/
  return importsOf(file).flatMap(({ from }) => {
    const outside = !posix.normalize(posix.join(posix.dirname(file.path), from)).startsWith(`${home}/`)
    const wrong = from.startsWith('.') ? outside : !allowed.test(from)
    return wrong ? [`${file.path} imports ${from}`] : []
  })
}

// The layers of the command line, the lowest first. Files beside the folders (app.ts, main.ts) stand above them all.
const cliLayers = ['terminal', 'grammar', 'completion', 'settings', 'task', 'render', 'commands']
const cliSource = 'packages/cli/src/'

/** Where a file of the command line imports from a higher layer, or from a folder that is no layer. */
export function cliLayerProblems(file: ProjectFile): readonly string[] {
  const inside = file.path.slice(cliSource.length)
  return importsOf(file).flatMap(({ from }) => {
    if (!from.startsWith('.')) return []
    const target = posix.normalize(posix.join(posix.dirname(inside), from))
    const [here, there] = [folderOf(inside), folderOf(target)]
    if (here === '' || here === there) return []
    const [mine, other] = [cliLayers.indexOf(here), cliLayers.indexOf(there)]
    return mine >= 0 && other >= 0 && other < mine ? [] : [`${inside} imports ${from}: ${there || target} is not below ${here}`]
  })
}

/** Every circle of imports among these files, each once, as the files it leads through. */
export function importCircles(files: readonly ProjectFile[]): readonly string[] {
  const known = new Set(files.map(({ path }) => path))
  const targets = new Map(
    files.map((file) => [
      file.path,
      importsOf(file)
        .filter(({ from }) => from.startsWith('.'))
        .map(({ from }) => posix.normalize(posix.join(posix.dirname(file.path), from)))
        .filter((path) => known.has(path) && path !== file.path),
    ]),
  )
  const circles: string[] = []
  const done = new Set<string>()
  const visit = (path: string, way: readonly string[]): void => {
    const at = way.indexOf(path)
    if (at >= 0) circles.push([...way.slice(at), path].join(' → '))
    if (at >= 0 || done.has(path)) return
    for (const target of targets.get(path) ?? []) visit(target, [...way, path])
    done.add(path)
  }
  for (const { path } of files) visit(path, [])
  return circles
}
