'use strict'
// Preloaded into a process (NODE_OPTIONS=--require): counts what it changes on the file system, and kills the process at the
// n-th change, before it happens, or after half of the bytes when it is a write. `SSM_CHAOS` says where:
//   {"program": "client" | "supervisor", "at": 12, "counts": "/file/for/the/number/of/changes", "node": "/wrapper/of/node"}
const fs = require('node:fs')
const { syncBuiltinESMExports } = require('node:module')
const path = require('node:path')

const settings = JSON.parse(process.env['SSM_CHAOS'] ?? '{}')
const program = process.argv.some((argument) => /supervisor[^/]*$/.test(path.basename(argument))) ? 'supervisor' : 'client'

// A supervisor gets no NODE_OPTIONS of its client: the client starts it by this wrapper instead.
if (settings.program === 'supervisor' && program === 'client') process.execPath = settings.node

if (settings.program === program) {
  const { writeFileSync, writeSync, writevSync } = fs
  const at = settings.at ?? Infinity
  let changes = 0
  const turn = () => ++changes === at
  const die = () => {
    process.kill(process.pid, 'SIGKILL')
    for (;;);
  }
  if (settings.counts !== undefined) {
    process.on('exit', () => writeFileSync(settings.counts, String(changes)))
  }

  const half = (data) =>
    typeof data === 'string' ? Buffer.from(data) : Buffer.from(data.buffer, data.byteOffset, data.byteLength)
  const torn = (fd, data) => {
    if (data !== undefined && (typeof data === 'string' || ArrayBuffer.isView(data))) {
      const bytes = half(data)
      writeSync(fd, bytes.subarray(0, bytes.length >> 1))
    }
    die()
  }

  const killing = (work) =>
    function (...given) {
      if (turn()) die()
      return work.apply(this, given)
    }
  const names = [
    'rename', 'unlink', 'rm', 'rmdir', 'mkdir', 'mkdtemp', 'link', 'symlink', 'copyFile', 'cp',
    'truncate', 'ftruncate', 'utimes', 'chmod', 'appendFile',
  ] // prettier-ignore
  for (const name of names) {
    for (const [holder, key] of [
      [fs, name],
      [fs, `${name}Sync`],
      [fs.promises, name],
    ]) {
      if (typeof holder[key] === 'function') holder[key] = killing(holder[key])
    }
  }

  // Whole files: half of one may be there.
  const openWrite = (path, data) => {
    const fd = typeof path === 'number' ? path : fs.openSync(path, 'w')
    torn(fd, data)
  }
  for (const [holder, key] of [
    [fs, 'writeFile'],
    [fs, 'writeFileSync'],
    [fs.promises, 'writeFile'],
  ]) {
    const work = holder[key]
    holder[key] = function (path, data, ...rest) {
      if (path !== settings.counts && turn()) {
        if (typeof path === 'object' && path !== null && 'fd' in path) torn(path.fd, data)
        openWrite(path, data)
      }
      return work.call(this, path, data, ...rest)
    }
  }
  for (const key of ['write', 'writeSync']) {
    const work = fs[key]
    fs[key] = function (fd, data, ...rest) {
      // What goes to a terminal or a pipe is no change of a file.
      if (fd > 2 && turn()) torn(fd, data)
      return work.call(this, fd, data, ...rest)
    }
  }
  for (const key of ['writev', 'writevSync']) {
    const work = fs[key]
    fs[key] = function (fd, buffers, ...rest) {
      if (fd > 2 && turn()) {
        writevSync(fd, buffers.slice(0, buffers.length >> 1))
        die()
      }
      return work.call(this, fd, buffers, ...rest)
    }
  }
  for (const key of ['open', 'openSync']) {
    const work = fs[key]
    fs[key] = function (path, flags, ...rest) {
      if (makesFile(flags) && turn()) die()
      return work.call(this, path, flags, ...rest)
    }
  }
  const openPromise = fs.promises.open
  let patched = false
  fs.promises.open = async function (path, flags, ...rest) {
    if (makesFile(flags) && turn()) die()
    const handle = await openPromise.call(this, path, flags, ...rest)
    if (!patched) {
      patched = true
      const own = Object.getPrototypeOf(handle)
      for (const key of ['write', 'writeFile', 'appendFile']) {
        const work = own[key]
        own[key] = function (data, ...more) {
          if (turn()) torn(this.fd, data)
          return work.call(this, data, ...more)
        }
      }
      own.truncate = killing(own.truncate)
    }
    return handle
  }
  syncBuiltinESMExports()
}

function makesFile(flags) {
  return typeof flags === 'string' ? /[wa]/.test(flags) : typeof flags === 'number' && (flags & fs.constants.O_CREAT) !== 0
}
