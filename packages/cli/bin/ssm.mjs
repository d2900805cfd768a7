#!/usr/bin/env node
import module from 'node:module'
import process from 'node:process'
import { unsupported } from './supported.mjs'

const reason = unsupported(process.versions.node, process.platform)
if (reason === undefined) {
  // Newer versions of Node keep what they compiled; Node 20 has no such thing.
  module.enableCompileCache?.()
  await import('../dist/main.mjs')
} else {
  process.stderr.write(`error: ${reason}\n`)
  process.exitCode = 2
}
