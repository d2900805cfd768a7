// What a job's programs get of the client's environment. Never its AWS credentials: a job has none on AWS either but its role's.
const inheritedNames = new Set(
  (
    'PATH HOME USER LOGNAME SHELL LANG LANGUAGE TZ ' +
    'http_proxy https_proxy no_proxy all_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY ALL_PROXY ' +
    'SSL_CERT_FILE SSL_CERT_DIR REQUESTS_CA_BUNDLE CURL_CA_BUNDLE NODE_EXTRA_CA_CERTS ' +
    // Where packages come from; how they are installed on this computer is no business of a machine.
    'PIP_INDEX_URL PIP_EXTRA_INDEX_URL PIP_FIND_LINKS PIP_TRUSTED_HOST PIP_CERT PIP_CLIENT_CERT PIP_PROXY PIP_CONFIG_FILE PIP_CACHE_DIR ' +
    'AWS_REGION AWS_DEFAULT_REGION CUDA_VISIBLE_DEVICES LD_LIBRARY_PATH DYLD_LIBRARY_PATH VIRTUAL_ENV'
  ).split(' '),
)
const inheritedPrefixes = ['LC_', 'PYENV_', 'CONDA_', 'NVIDIA_']

// Node reads this one itself, and takes 50 ms for it: the supervisor gets it under another name.
const slowName = 'NODE_EXTRA_CA_CERTS'
const passedName = 'SSM_PASS_NODE_EXTRA_CA_CERTS'

type Environment = Readonly<Record<string, string | undefined>>

/** The environment of a supervisor, from its client's. */
export function supervisorEnvironment(environment: Environment): Readonly<Record<string, string>> {
  const kept: Record<string, string> = {}
  for (const [name, value] of Object.entries(environment)) {
    if (value === undefined || !(inheritedNames.has(name) || inheritedPrefixes.some((prefix) => name.startsWith(prefix))))
      continue
    kept[name === slowName ? passedName : name] = value
  }
  return kept
}

/** What a supervisor's machines get of its environment. */
export function passedOn(environment: Environment): Readonly<Record<string, string>> {
  const kept: Record<string, string> = {}
  for (const [name, value] of Object.entries(environment)) {
    if (value !== undefined) kept[name === passedName ? slowName : name] = value
  }
  return kept
}
