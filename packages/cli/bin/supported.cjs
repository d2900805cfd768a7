// Plain JavaScript without an import, so that an old Node can read it and say what is missing.

/** Why `ssm` cannot run with this version of Node on this system, in one sentence, or undefined when it can. */
exports.unsupported = function unsupported(version, platform) {
  const [major, minor] = version.split('.').map(Number)
  if (major < 20 || (major === 20 && minor < 19)) {
    return `ssm needs Node 20.19 or newer; this is Node ${version}. Install a newer one: https://nodejs.org`
  }
  if (platform === 'win32') return 'ssm runs on Linux and macOS. On Windows, install and start it inside WSL 2 (wsl --install).'
  return undefined
}
