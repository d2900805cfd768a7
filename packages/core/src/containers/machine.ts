import type { EngineKind } from './engine.ts'

/** How a machine becomes a container. Written on the record of its job. */
export interface ContainerSettings {
  readonly kind: EngineKind
  readonly program: string
  /** The variables by which the engine finds its settings and its service. */
  readonly environment: Readonly<Record<string, string>>
  /** Present on this computer already. */
  readonly image: string
  /** Whether the containers get the GPUs of this computer. */
  readonly gpus: boolean
  /** Without a network, beside that of the job's own machines. */
  readonly isolated: boolean
}

/** The network of a job's machines. */
export interface MachineNetwork {
  readonly name: string
  /** The address of each machine, where the engine does not answer for their names. */
  readonly addresses?: ReadonlyMap<string, string>
}

/** A machine as a container. */
export interface ContainerMachine {
  readonly name: string
  readonly host: string
  /** The folder that stands for `/` on this computer; its containers are found by it. */
  readonly root: string
  /** The network of its job, when there are several machines. */
  readonly network: MachineNetwork | undefined
  /** Folders below `root` that the container has at the same place. */
  readonly folders: readonly string[]
  /** Names of variables that the engine passes on from its own environment, and values of those that it reads itself. */
  readonly variables: readonly string[]
  /** The program with its arguments; empty for the image's own. */
  readonly argv: readonly string[]
  /** Arguments of the image's own program. */
  readonly ownArguments: readonly string[]
}

/** The label by which the container of a machine is found again. */
export const machineLabel = (root: string): string => `simple-sagemaker.machine=${root}`

/** The words that run a container to its end, its output coming through the engine's own. */
export function runWords(settings: ContainerSettings, machine: ContainerMachine): readonly string[] {
  const { kind, gpus, isolated, image } = settings
  const { name, host, root, network, folders, variables, argv, ownArguments } = machine
  const [program, ...rest] = argv
  return [
    'run',
    '--rm',
    // It is here: a name that is not must not be looked for in public registries.
    '--pull=never',
    '--name',
    name,
    '--hostname',
    host,
    '--label',
    machineLabel(root),
    ...(network !== undefined ? networkWords(network, host) : isolated ? ['--network', 'none'] : []),
    // What programs that load data with several processes share; docker gives 64 MB.
    '--shm-size=1g',
    // Else systems with SELinux keep the container from its folders.
    '--security-opt=label=disable',
    ...(gpus ? (kind === 'docker' ? ['--gpus', 'all'] : ['--device', 'nvidia.com/gpu=all']) : []),
    ...folders.flatMap((path) => ['--volume', `${root}${path}:${path}`]),
    ...variables.flatMap((variable) => ['--env', variable]),
    ...(program === undefined ? [image, ...ownArguments] : ['--entrypoint', program, image, ...rest]),
  ]
}

function networkWords({ name, addresses }: MachineNetwork, host: string): readonly string[] {
  const own = addresses?.get(host)
  if (addresses === undefined || own === undefined) return ['--network', name, '--network-alias', host]
  return ['--network', name, '--ip', own, ...[...addresses].flatMap(([other, address]) => ['--add-host', `${other}:${address}`])]
}

const engineVariables =
  /^(PATH|HOME|USER|TMPDIR|XDG_RUNTIME_DIR|XDG_CONFIG_HOME|DBUS_SESSION_BUS_ADDRESS|REGISTRY_AUTH_FILE|(DOCKER|CONTAINER|CONTAINERS|BUILDAH|PODMAN)_.*)$/

/** What an engine reads of this process's environment: where its settings, its service and its programs are. */
export function engineEnvironment(environment: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) =>
      value !== undefined && engineVariables.test(name) ? [[name, value] as const] : [],
    ),
  )
}

/**
 * The variables of a container: by their names alone, so that no value can be read off a list of processes, and their values in the
 * engine's environment. One that the engine itself reads goes with its value.
 */
export function passedVariables(
  environment: Readonly<Record<string, string>>,
  engine: Readonly<Record<string, string>>,
): { readonly variables: readonly string[]; readonly environment: Readonly<Record<string, string>> } {
  const names = Object.keys(environment)
  const isOwn = (name: string): boolean => engineVariables.test(name)
  return {
    variables: names.map((name) => (isOwn(name) ? `${name}=${environment[name] ?? ''}` : name)),
    environment: { ...Object.fromEntries(Object.entries(environment).filter(([name]) => !isOwn(name))), ...engine },
  }
}
