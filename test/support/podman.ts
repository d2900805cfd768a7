import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { chmodSync, lstatSync, realpathSync } from 'node:fs'
import { homedir } from 'node:os'
import { basename, dirname, join } from 'node:path'

import { lacking } from './prerequisites.ts'

/** A podman of the tests: images and containers in a folder of their own, without any registry. */
export interface Podman {
  /** The image of this computer's own programs: `sh`, `bash`, Python and the usual tools. */
  readonly image: string
  /** Variables by which podman finds that folder; `use` sets them for this process until it is disposed. */
  readonly environment: Readonly<Record<string, string>>
  run(...words: readonly string[]): string
  /** Builds a Dockerfile that copies nothing. */
  build(dockerfile: string, tag: string): void
}

/** Why the tests of containers cannot run here; `undefined` when they can. */
export const noPodman: string | undefined =
  process.getuid?.() !== 0
    ? 'these tests make a base image of the files of this computer, which takes root'
    : lacking('podman', 'dpkg-query', 'runc', 'iptables')

// The superuser's podmans share their addresses, bridges and names of machines, whatever folder they use: two that do not see each other's
// networks give out the same ones, and machines of two test files then take each other's place.
const sharedNetworks = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'simple-sagemaker-tests/networks')

/** Makes one in a folder, with the image in it, which has the files of `more.root` as well: a few seconds. */
export function makePodman(folder: string, more?: { readonly root: string; readonly libraries: readonly string[] }): Podman {
  for (const each of [folder, sharedNetworks]) mkdirSync(each, { recursive: true })
  const write = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }
  const environment = {
    // Limits may only be lowered inside of a container, and a runtime for plain cgroups is what every kernel has.
    CONTAINERS_CONF: write(
      'containers.conf',
      `[containers]\ndefault_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]\n[engine]\nruntime = "runc"\ncgroup_manager = "cgroupfs"\nevents_logger = "file"\n[network]\nnetwork_backend = "netavark"\nnetwork_config_dir = "${sharedNetworks}"\n`,
    ),
    CONTAINERS_STORAGE_CONF: write(
      'storage.conf',
      `[storage]\ndriver = "${overlays(folder) ? 'overlay' : 'vfs'}"\ngraphroot = "${folder}/images"\nrunroot = "${folder}/run"\n`,
    ),
    BUILDAH_ISOLATION: 'chroot',
  }
  const run = (...words: readonly string[]): string =>
    execFileSync('podman', words, {
      encoding: 'utf8',
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  const image = 'localhost/ssm-base:1'
  importRoot(join(folder, 'root'), more?.libraries ?? [], (archive) => {
    if (more !== undefined) execFileSync('cp', ['-a', `${more.root}/.`, archive])
    execFileSync('sh', ['-c', `tar -C '${archive}' -c . | podman import --quiet - ${image}`], {
      env: { ...process.env, ...environment },
      stdio: 'ignore',
    })
  })
  const build = (dockerfile: string, tag: string): void => {
    const env = { ...process.env, ...environment }
    execFileSync('podman', ['build', '--quiet', '--tag', tag, '-'], { env, input: dockerfile, stdio: ['pipe', 'pipe', 'pipe'] })
  }
  return { image, environment, run, build }
}

/** Whether images can lie on top of each other here; otherwise every container gets a copy of its whole image. */
function overlays(folder: string): boolean {
  const below = (name: string): string => join(folder, 'overlay', name)
  for (const name of ['lower', 'upper', 'work', 'all']) mkdirSync(below(name), { recursive: true })
  try {
    const folders = `lowerdir=${below('lower')},upperdir=${below('upper')},workdir=${below('work')}`
    execFileSync('mount', ['-t', 'overlay', 'overlay', '-o', folders, below('all')], { stdio: 'ignore' })
    execFileSync('umount', [below('all')], { stdio: 'ignore' })
    return true
  } catch {
    return false
  } finally {
    rmSync(join(folder, 'overlay'), { recursive: true, force: true })
  }
}

const packages =
  'dash bash coreutils python3-minimal python3 libpython3-stdlib sed grep tar gzip findutils mawk hostname procps base-files util-linux debianutils libc-bin'

/** The files of some packages of this computer, as the root of an image. */
function importRoot(root: string, more: readonly string[], use: (root: string) => void): void {
  const ask = (line: string): readonly string[] =>
    execFileSync('bash', ['-c', line], { encoding: 'utf8', maxBuffer: 64e6, stdio: ['ignore', 'pipe', 'ignore'] })
      .split('\n')
      .filter((each) => each !== '')
  const names = ask(
    `apt-cache depends --recurse --installed --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces --no-enhances ${packages} | grep '^[a-z]' | sort -u`,
  )
  const installed = ask(`dpkg-query -W -f '\${binary:Package}\\n' ${names.join(' ')} 2>/dev/null || true`)
  const listed = ask(
    `dpkg-query -L ${installed.join(' ')} | grep -Ev '^/usr/share/(doc|man|locale|info|perl|bash-completion)|^(package|diverted)' || true`,
  )
  const needed = ask(`ldd /usr/bin/python3 /bin/bash /bin/tar /bin/ps 2>/dev/null | grep -o '/[^ ]*' | tr -d : || true`)
  const libraries = [...needed, ...more]
  const paths = new Set<string>(['bin', 'sbin', 'lib', 'lib64', 'etc/alternatives/awk', 'usr/bin/awk'])
  const seen = new Set<string>()
  for (const path of [...listed, ...libraries, ...libraries.flatMap((each) => (existsSync(each) ? [realpathSync(each)] : []))]) {
    if (!path.startsWith('/') || path === '/' || path === '/.' || seen.has(path)) continue
    seen.add(path)
    try {
      const real = join(realpathSync(dirname(path)), basename(path))
      if (lstatSync(real).isSymbolicLink() || lstatSync(real).isFile() || lstatSync(real).isDirectory()) paths.add(real.slice(1))
    } catch {
      // Listed, and not installed.
    }
  }
  rmSync(root, { recursive: true, force: true })
  mkdirSync(root, { recursive: true })
  writeFileSync(`${root}.list`, [...paths].sort().join('\n'))
  execFileSync('sh', ['-c', `tar -C / --no-recursion -c -T '${root}.list' | tar -x -C '${root}'`], { stdio: 'ignore' })
  for (const name of ['tmp', 'root', 'var/tmp', 'proc', 'sys', 'dev', 'opt', 'run', 'etc'])
    mkdirSync(join(root, name), { recursive: true })
  chmodSync(join(root, 'tmp'), 0o1777)
  writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/bash\nworker:x:1234:1234::/tmp:/bin/sh\n')
  writeFileSync(join(root, 'etc/group'), 'root:x:0:\nworker:x:1234:\n')
  use(root)
  rmSync(root, { recursive: true, force: true })
}
