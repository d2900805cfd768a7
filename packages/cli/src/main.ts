import process from 'node:process'
import { app } from './app.ts'
import { realWorld } from './world.ts'

// Before anything of AWS is loaded: on Node 20 its clients would write a notice on stderr.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true'

process.exitCode = await app(process.argv.slice(2), realWorld())
// Idle connections may keep a process that has said everything; they are given a moment.
setTimeout(() => process.exit(), 500).unref()
