#!/usr/bin/env node
const { unsupported } = require('./supported.cjs')

const reason = unsupported(process.versions.node, process.platform)
if (reason === undefined) {
  // Newer versions of Node keep what they compiled; Node 20 has no such thing.
  require('node:module').enableCompileCache?.()
  require('../dist/commands/main.cjs')
} else {
  process.stderr.write(`error: ${reason}\n`)
  process.exitCode = 2
}
