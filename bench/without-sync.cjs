'use strict'
// Preloaded into a process (--require): nothing is written through to the disk while `globalThis.ssmWithoutSync` is not `false`.
const fs = require('node:fs')
const { syncBuiltinESMExports } = require('node:module')

const isOff = () => globalThis.ssmWithoutSync !== false
for (const name of ['fsync', 'fdatasync']) {
  const [now, later] = [fs[`${name}Sync`], fs[name]]
  fs[`${name}Sync`] = (fd) => (isOff() ? undefined : now(fd))
  fs[name] = (fd, done) => (isOff() ? process.nextTick(done, null) : later(fd, done))
}
const { open } = fs.promises
fs.promises.open = async function (...given) {
  const handle = await open.apply(this, given)
  const own = Object.getPrototypeOf(handle)
  if (!Object.hasOwn(own, 'canSkipSync')) {
    own.canSkipSync = true
    for (const name of ['sync', 'datasync']) {
      const work = own[name]
      own[name] = async function () {
        if (!isOff()) await work.call(this)
      }
    }
  }
  return handle
}
syncBuiltinESMExports()
