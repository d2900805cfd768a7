import process from 'node:process'
import { app } from './app.ts'
import { processContext } from './terminal/context.ts'

// Before anything of AWS is loaded: on Node 20 its clients would write a notice on stderr.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true'

process.exitCode = await app(process.argv.slice(2), processContext())
// Idle connections may keep a process that has nothing left to do; they get a moment.
setTimeout(() => process.exit(), 500).unref()
