import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { homedir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { isInstalled } from './prerequisites.ts'

/**
 * Real programs that work together on several machines: Debian's PyTorch (with gloo), OpenMPI and OpenSSH, unpacked into a folder
 * and never installed, so that nothing else of the computer finds them.
 */
export interface Peers {
  /** The folder that stands for `/`. */
  readonly root: string
  /** Variables by which Debian's Python and the programs find it. */
  readonly environment: Readonly<Record<string, string>>
  /** The Python that it is built for. */
  readonly python: string
  /** Libraries of this computer that it needs as well. */
  readonly libraries: readonly string[]
}

const wanted = ['python3-torch', 'openmpi-bin', 'openssh-server', 'openssh-client']
const python = '/usr/bin/python3'

// What nothing here loads: tests, data of maps, and the parts of PyTorch that compile.
const unused =
  /^(libtorch-test|python3-(sympy|hypothesis|mpmath|future|dateutil|sortedcontainers|attr|psutil)|gdal-|proj-data|mysql-common|mariadb-common|libhwloc-plugins|runit-helper|openssh-sftp)/

/** Why they cannot be had here; `undefined` when they can. */
export const noPeers: string | undefined =
  ['apt-get', 'dpkg-deb'].every(isInstalled) && existsSync(python) && packagesOf() !== undefined
    ? undefined
    : 'PyTorch and OpenMPI of these tests are packages of Debian, brought by apt-get'

/** Brings them, once for each list of versions: some 130 MB and half a minute, kept in the user's cache folder. */
export function peers(): Peers {
  const packages = packagesOf() ?? []
  const digest = createHash('sha256').update(packages.join('\n')).digest('hex').slice(0, 16)
  const root = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'simple-sagemaker-tests', `peers-2-${digest}`)
  if (!existsSync(root)) unpack(packages, root)
  const environment = environmentOf(root)
  return { root, python, environment, libraries: othersIn(root, environment) }
}

/** `name=version` of all that is to be brought; `undefined` when apt knows no such packages. */
function packagesOf(): readonly string[] | undefined {
  try {
    const said = execFileSync('apt-get', ['install', '--simulate', '--no-install-recommends', '--reinstall', ...wanted], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const found = [...said.matchAll(/^Inst (\S+) (?:\[[^\]]*\] )?\((\S+)/gm)].map(([, name = '', version = '']) => [
      name,
      version,
    ])
    return found.filter(([name = '']) => !unused.test(name)).map((each) => each.join('='))
  } catch {
    return undefined
  }
}

function unpack(packages: readonly string[], root: string): void {
  mkdirSync(dirname(root), { recursive: true })
  const draft = mkdtempSync(`${root}.`)
  const archives = `${draft}.archives`
  mkdirSync(archives)
  try {
    execFileSync('apt-get', ['download', '-qq', ...packages], { cwd: archives, stdio: 'ignore' })
    const leftOut = [
      './usr/share/doc*',
      './usr/share/locale*',
      './usr/share/man*',
      './usr/include*',
      '*.a',
      '*/test/*',
      '*/tests/*',
    ]
    const excluded = leftOut.map((pattern) => `--exclude='${pattern}'`).join(' ')
    const line = `ls | xargs -P 2 -I{} sh -c 'dpkg-deb --fsys-tarfile {} | tar -x -C "$0" ${excluded.replaceAll("'", `'\\''`)}' '${draft}'`
    execFileSync('sh', ['-c', line], { cwd: archives, stdio: 'ignore' })
    mend(draft)
    renameSync(draft, root)
  } finally {
    rmSync(archives, { recursive: true, force: true })
    rmSync(draft, { recursive: true, force: true })
  }
}

// What Debian sets up while it installs: the name of OpenMPI's program, and the libraries of linear algebra among the others.
// And torchrun 1.13 looks for the zero member of a Flag by iteration, which Python 3.11 leaves out: a newer PyTorch does not.
function mend(root: string): void {
  for (const name of ['lib', 'bin', 'sbin'].filter((each) => existsSync(join(root, each)))) {
    cpSync(join(root, name), join(root, 'usr', name), { recursive: true, verbatimSymlinks: true })
    rmSync(join(root, name), { recursive: true })
  }
  if (existsSync(join(root, 'usr/bin/orterun'))) symlinkSync('orterun', join(root, 'usr/bin/mpirun'))
  const [libraries = ''] = librariesIn(root)
  for (const name of ['blas/libblas.so.3', 'lapack/liblapack.so.3'])
    if (existsSync(join(libraries, name))) symlinkSync(name, join(libraries, basename(name)))
  const file = join(root, 'usr/lib/python3/dist-packages/torch/distributed/elastic/multiprocessing/api.py')
  if (!existsSync(file)) return
  const text = readFileSync(file, 'utf8')
  writeFileSync(file, text.replace('for s in Std:', 'for s in Std.__members__.values():'))
}

function environmentOf(root: string): Readonly<Record<string, string>> {
  const libraries = librariesIn(root)
  return {
    PATH: `${join(root, 'usr/bin')}:${join(root, 'usr/sbin')}:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin`,
    PYTHONPATH: join(root, 'usr/lib/python3/dist-packages'),
    LD_LIBRARY_PATH: [...libraries, join(root, 'usr/lib')].join(':'),
    // OpenMPI finds its parts by these when it was moved.
    OPAL_PREFIX: join(root, 'usr'),
    OPAL_PKGDATADIR: join(root, 'usr/share/openmpi'),
  }
}

const librariesIn = (root: string): readonly string[] =>
  readdirSync(join(root, 'usr/lib'))
    .filter((name) => name.endsWith('-linux-gnu'))
    .map((name) => join(root, 'usr/lib', name))

/** What the loader finds for the programs and their parts outside of the folder. */
function othersIn(root: string, environment: Readonly<Record<string, string>>): readonly string[] {
  const parts = `usr/bin/orted usr/bin/ssh usr/bin/ssh-keygen usr/sbin/sshd $(find usr -name 'libtorch_python.so.*' -o -name 'mca_pmix*.so' -o -name 'libpmix.so.2.*' -o -name '_multiarray_umath*.so' -o -name 'mca_btl_tcp.so')`
  const said = execFileSync('sh', ['-c', `ldd ${parts} 2>/dev/null | sort -u`], { cwd: root, encoding: 'utf8', env: environment })
  return [...said.matchAll(/=> (\/\S+)/g)].map(([, path = '']) => path).filter((path) => !path.startsWith(`${root}/`))
}
