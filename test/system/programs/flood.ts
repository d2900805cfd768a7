import { project } from '@simple-sagemaker/core'

// Runs a task that floods its log, reads every line of it, and says what that took.
const [line = ''] = process.argv.slice(2)
const startedAtMs = performance.now()
let events = 0
const result = await project('flood', { platform: 'local' })
  .task('t')
  .shell(line)
  .run({ onEvent: (event) => void (event.type === 'logged' && (events += 1)) })
const ranMs = performance.now() - startedAtMs
let [lines, bytes] = [0, 0]
for await (const { text } of result.logs()) {
  lines += 1
  bytes += text.length + 1
}
const maxRssMiB = process.resourceUsage().maxRSS / 1024
console.log(
  JSON.stringify({ task: 't', events, lines, bytes, ranMs, readMs: performance.now() - startedAtMs - ranMs, maxRssMiB }),
)
