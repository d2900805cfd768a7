#!/usr/bin/env node
import module from 'node:module'

// Newer versions of Node keep what they compiled; Node 20 has no such thing.
module.enableCompileCache?.()
await import('../dist/main.mjs')
