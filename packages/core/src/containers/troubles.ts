import { accessSync, constants } from 'node:fs'

/** What to do about failures whose cause is known by the words of the engine. The first that fits counts. */
const troubles: readonly (readonly [words: RegExp, next: string])[] = [
  [
    /\/dev\/net\/tun/,
    'Without root rights podman makes networks with /dev/net/tun: load it with "sudo modprobe tun", or, inside a container, give that one the device /dev/net/tun. Or run the task as a process instead of a container.',
  ],
  [
    /could not find slirp4netns|"slirp4netns": executable file not found/,
    'Without root rights podman makes networks with slirp4netns: install the package slirp4netns.',
  ],
  [
    /could not find pasta|"pasta": executable file not found/,
    'Without root rights podman makes networks with pasta: install the package passt.',
  ],
  [
    /(newuidmap|newgidmap)[^\n]*(not found|no such file)/i,
    'Without root rights podman needs newuidmap and newgidmap: install the package uidmap (shadow-utils on Fedora).',
  ],
  [
    /new[ug]idmap|no sub[ug]id ranges|(insufficient|not enough) (UIDs or GIDs|IDs)/i,
    'Without root rights podman needs numbers for the users of containers: write a line such as "you:100000:65536", with your name, into /etc/subuid and into /etc/subgid, then run podman system migrate.',
  ],
  [
    /^(?=.*(could not find|not found|no such file))(?=.*\b(netavark|aardvark-dns|iptables|nft)\b)/i,
    'podman makes networks with netavark, aardvark-dns and iptables or nftables: install these packages.',
  ],
  [
    /could not select device driver|nvidia\.com\/gpu|unresolvable CDI device/i,
    'Containers get GPUs by the NVIDIA Container Toolkit: install it, then "sudo nvidia-ctk runtime configure" for docker, or "sudo nvidia-ctk cdi generate" for podman.',
  ],
  [
    /permission denied[^\n]*docker[^\n]*sock/i,
    'Only members of the group docker may use it: sudo usermod -aG docker "$USER", and log in again.',
  ],
  [
    /cannot connect to the docker daemon|is the docker daemon running/i,
    'Start its service: sudo systemctl start docker, or Docker Desktop.',
  ],
  [/podman machine|cannot connect to podman/i, 'Start its virtual machine: podman machine init, then podman machine start.'],
  [
    /no space left on device/i,
    'The disk of the engine is full: remove images that nothing uses with "docker image prune" or "podman image prune".',
  ],
  [
    /"?\/bin\/sh"?:? [^\n]*no such file|\/bin\/sh[^\n]*(not found|no such file)/i,
    'The image has no /bin/sh, or lacks what that needs, which starts the program of a task: take an image with a shell.',
  ],
  [/exec format error/i, 'The image is for other processors than this computer has: take one for its own.'],
]

/** Why an engine failed, by its own words. */
export interface EngineTrouble {
  /** Its last line about an error. */
  readonly line: string
  /** What to do, where the cause is known. */
  readonly next: string | undefined
}

/** Reads why an engine failed from what it printed; `undefined` when no line is about an error of its own. Other lines are of programs. */
export function engineTrouble(printed: string): EngineTrouble | undefined {
  const lines = printed.split('\n').map((line) => ownError.exec(line.trim())?.slice(1).find(Boolean) ?? '')
  const own = lines.filter((line) => line !== '')
  const line = own.at(-1)?.replace(/\\n.*/, '').slice(0, longestLine)
  if (line === undefined) return undefined
  return { line, next: troubles.find(([words]) => own.some((text) => words.test(text)))?.[1] }
}

const longestLine = 300

// `Error: …` of podman, `docker: …` of docker, a line of podman's log, and what docker says when its service is not there.
const ownError =
  /^(?:(?:error|docker): (.+)|time=\S+ level=(?:error|fatal) msg=(.+)|((?:cannot connect to the docker|permission denied while trying to connect to the docker).+))/i

/** Why containers of podman get no network from this user, as far as it can be told before one starts: without root rights it needs a device. */
export function networkTrouble(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): EngineTrouble | undefined {
  if (process.platform !== 'linux' || process.getuid?.() === 0 || environment['CONTAINER_HOST']) return undefined
  try {
    accessSync('/dev/net/tun', constants.R_OK | constants.W_OK)
    return undefined
  } catch (cause) {
    return engineTrouble(`Error: ${String(cause).replace(/^Error: /, '')}`)
  }
}
