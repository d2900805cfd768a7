import process from 'node:process'
import { app } from './app.ts'
import { processContext } from './terminal/context.ts'

// Before anything of AWS is loaded: on Node 20 its clients would write a notice on stderr.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true'

// No `await` at the top: the command is bundled as CommonJS.
void main()

async function main(): Promise<void> {
  const context = processContext()
  process.exitCode = await app(process.argv.slice(2), context)

  // A slow reader gets everything, however long it takes; whoever presses Ctrl-C does not wait for it.
  const leave = new AbortController()
  const forget = context.onSignal(() => leave.abort())
  await Promise.all([context.stdout.flushed(leave.signal), context.stderr.flushed(leave.signal)]).catch(() => undefined)
  forget()
  // Idle connections may keep a process that has nothing left to do; they get a moment.
  setTimeout(() => process.exit(), 500).unref()
}
