'use strict'
// Preloaded into a process: writes down, in order, what it does to the file system, one line of JSON each, as a crash of the computer
// would see it. Names change at once; bytes count only once they were synced. `SSM_CHAOS`: {"journal": FILE, "below": FOLDER, "node": WRAPPER}
const fs = require('node:fs')
const { syncBuiltinESMExports } = require('node:module')
const nodePath = require('node:path')

const settings = JSON.parse(process.env['SSM_CHAOS'] ?? '{}')
// A supervisor gets no NODE_OPTIONS of its client: the client starts it by this wrapper instead.
if (!process.argv.some((argument) => /supervisor[^/]*$/.test(nodePath.basename(argument)))) process.execPath = settings.node

const { appendFileSync, fstatSync, lstatSync, readFileSync, readdirSync, readlinkSync } = fs
const tell = (change) => appendFileSync(settings.journal, `${JSON.stringify(change)}\n`)
const ours = (path) => `${path}`.startsWith(settings.below)
const pathOf = (path) =>
  nodePath.resolve(Buffer.isBuffer(path) ? path.toString() : path instanceof URL ? path.pathname : String(path))

const dirtyFd = (fd) => {
  const facts = fstatSync(fd)
  if (facts.isFile()) tell({ kind: 'dirty', ino: facts.ino })
}
const there = (path) => lstatSync(path, { throwIfNoEntry: false })

/** What a path is after a change: told as a new name of an inode. */
const named = (path, dirty) => {
  const facts = there(path)
  if (facts === undefined || !ours(path)) return
  if (facts.isDirectory()) tell({ kind: 'folder', path, mode: facts.mode & 0o777 })
  else if (facts.isSymbolicLink()) tell({ kind: 'link', path, to: readlinkSync(path) })
  else if (facts.isFile()) tell({ kind: 'name', path, ino: facts.ino, mode: facts.mode & 0o777, dirty })
}
const tree = (path) => {
  named(path, true)
  if (there(path)?.isDirectory()) for (const name of readdirSync(path)) tree(`${path}/${name}`)
}
const synced = (fd) => {
  const facts = fstatSync(fd)
  if (facts.isFile()) tell({ kind: 'synced', ino: facts.ino, content: readFileSync(`/proc/self/fd/${fd}`).toString('base64') })
  else if (facts.isDirectory()) tell({ kind: 'folder-synced' })
}

/** Wraps the three forms of a function; `after` is told the arguments once it has worked. */
function around(name, after) {
  const sync = fs[`${name}Sync`]
  fs[`${name}Sync`] = function (...given) {
    const result = sync.apply(this, given)
    after(given, result)
    return result
  }
  const callback = fs[name]
  fs[name] = function (...given) {
    const done = given.pop()
    return callback.call(this, ...given, (cause, ...results) => {
      if (!cause) after(given, results[0])
      done(cause, ...results)
    })
  }
  const promise = fs.promises[name]
  if (promise === undefined) return
  fs.promises[name] = async function (...given) {
    const result = await promise.apply(this, given)
    after(given, typeof result === 'object' && result !== null && 'fd' in result ? result.fd : result)
    return result
  }
}

around('rename', ([from, to]) => ours(pathOf(to)) && tell({ kind: 'moved', from: pathOf(from), to: pathOf(to) }))
for (const name of ['unlink', 'rm', 'rmdir'])
  around(name, ([path]) => ours(pathOf(path)) && tell({ kind: 'gone', path: pathOf(path) }))
around('mkdir', ([path]) => {
  let each = settings.below
  for (const part of pathOf(path).slice(each.length).split('/')) named((each += part === '' ? '' : `/${part}`), false)
})
around('mkdtemp', (_, path) => named(pathOf(path), false))
around('link', ([, to]) => named(pathOf(to), false))
around('symlink', ([, path]) => named(pathOf(path), false))
around('copyFile', ([, to]) => named(pathOf(to), true))
around('cp', ([, to]) => tree(pathOf(to)))
for (const name of ['writeFile', 'appendFile'])
  around(name, ([path]) =>
    typeof path === 'number' ? dirtyFd(path) : path !== settings.journal && typeof path !== 'object' && named(pathOf(path), true),
  )
around('truncate', ([path]) => named(pathOf(path), true))
around('open', ([path, flags]) => {
  if ((typeof flags === 'string' ? /[wa]/.test(flags) : (flags & fs.constants.O_CREAT) !== 0) && ours(pathOf(path)))
    named(pathOf(path), false)
})
for (const name of ['write', 'writev', 'ftruncate']) around(name, ([fd]) => fd > 2 && dirtyFd(fd))
for (const name of ['fsync', 'fdatasync']) around(name, ([fd]) => synced(fd))

const openPromise = fs.promises.open
fs.promises.open = async function (...given) {
  const handle = await openPromise.apply(this, given)
  const own = Object.getPrototypeOf(handle)
  if (!Object.hasOwn(own, 'recorded')) {
    own.recorded = true
    for (const key of ['write', 'writev', 'writeFile', 'appendFile', 'truncate', 'sync', 'datasync']) {
      const work = own[key]
      own[key] = async function (...more) {
        const result = await work.apply(this, more)
        if (key.endsWith('sync')) synced(this.fd)
        else dirtyFd(this.fd)
        return result
      }
    }
  }
  return handle
}
syncBuiltinESMExports()
