import { project } from '@simple-sagemaker/core'

// Runs a task whose code is a folder, from the built library, and says what its machine printed and the most memory this
// client took: node run-folder.mjs <folder> <entry> [input].
const [sourceDir, entry, input] = process.argv.slice(2)
const task = project('folder', { platform: 'local' }).task('t').code(entry, { sourceDir })
const result = await (input === undefined ? task : task.input.local(input)).run()
const lines = []
for await (const { text } of result.logs()) lines.push(text)
console.log(JSON.stringify({ task: 't', lines, peakMiB: process.resourceUsage().maxRSS / 1024 }))
