import { project } from '@simple-sagemaker/core'

// Starts a task on two machines that are containers, and prints their lines: run-in-containers.ts <task> <image> <line>.
const [task = '', image = '', line = ''] = process.argv.slice(2)
const ready = project('ex', { platform: 'local' }).task(task).shell(line).image(image).container().instances('ml.m5.large', 2)
const handle = await ready.start()
for await (const { machine, text } of handle.logs()) console.log(machine, text)
