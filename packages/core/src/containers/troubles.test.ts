import { expect, test } from 'vitest'
import { engineTrouble } from './troubles.ts'

const log = (level: string, message: string): string =>
  `time="2026-01-01T00:00:00Z" level=${level} msg=${JSON.stringify(message)}`

test.each<[string, string, RegExp]>([
  [
    'podman 4 without its device',
    'Error: /usr/bin/slirp4netns failed: "open(\\"/dev/net/tun\\"): Permission denied\\nWARNING: Support for seccomp is experimental\\nchild failed(1)\\n"',
    /modprobe tun.*the device \/dev\/net\/tun.*as a process/,
  ],
  [
    'podman 5 without its device',
    'Error: setting up Pasta: pasta failed with exit code 1:\nError: Failed to open() /dev/net/tun: No such file or directory',
    /modprobe tun/,
  ],
  [
    'podman 4 without slirp4netns',
    `Error: could not find slirp4netns, the network namespace can't be configured: exec: "slirp4netns": executable file not found in $PATH`,
    /package slirp4netns/,
  ],
  [
    'podman 5 without pasta',
    `Error: could not find pasta, the network namespace can't be configured: exec: "pasta": executable file not found in $PATH`,
    /package passt/,
  ],
  [
    'podman without newuidmap',
    log('error', 'command required for rootless mode with multiple IDs: exec: "newuidmap": executable file not found in $PATH'),
    /package uidmap/,
  ],
  [
    'podman without numbers of users',
    `${log('error', 'cannot find UID/GID for user x: no subuid ranges found for user "x" in /etc/subuid')}\nError: writing blob: potentially insufficient UIDs or GIDs available in user namespace`,
    /into \/etc\/subuid/,
  ],
  ['podman without netavark', 'Error: could not find "netavark" in one of [/usr/lib/podman]', /install these packages/],
  [
    'podman without its virtual machine',
    'Error: unable to connect to Podman socket: is the podman machine running?',
    /podman machine init/,
  ],
  [
    'docker without its service',
    'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?',
    /systemctl start docker/,
  ],
  [
    'docker whose socket is closed to the user',
    'permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock: dial unix: permission denied',
    /usermod -aG docker/,
  ],
  [
    'docker without GPUs',
    'docker: Error response from daemon: could not select device driver "" with capabilities: [[gpu]].',
    /nvidia-ctk runtime configure/,
  ],
  [
    'podman without GPUs',
    'Error: setting up CDI devices: unresolvable CDI devices nvidia.com/gpu=all',
    /nvidia-ctk cdi generate/,
  ],
  [
    'an image without a shell',
    'Error: runc: runc create failed: exec: "/bin/sh": stat /bin/sh: no such file or directory: OCI runtime attempted to invoke a command that was not found',
    /no \/bin\/sh/,
  ],
])('what to do is said for %s', (_name, printed, next) => {
  const trouble = engineTrouble(`some line of before\n${printed}\n`)
  expect(trouble?.next).toMatch(next)
  expect(trouble?.line).not.toContain('WARNING')
})

test('the last error of an engine is its reason, and words of programs are none', () => {
  expect(engineTrouble('Error: one\nError: two\nRun "docker run --help" for more information')).toEqual({
    line: 'two',
    next: undefined,
  })
  expect(engineTrouble('iptables: not found\n/bin/sh: 1: newuidmap: not found\nSTEP 2/2: RUN open /dev/net/tun')).toBeUndefined()
  expect(engineTrouble('')).toBeUndefined()
})
