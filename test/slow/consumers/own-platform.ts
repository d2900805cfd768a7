// A program beside the files of examples/03-own-platform, which are copied to it.
import { project } from '@simple-sagemaker/core'
import { platformChecks } from '@simple-sagemaker/core/testing'
import { memoryPlatform } from '../../../examples/03-own-platform/memory-platform.ts'

const open = async (): Promise<ReturnType<typeof memoryPlatform>> => memoryPlatform()
const check = platformChecks({ open, topics: ['objects'] }).find(({ name }) => name.startsWith('an object reads back'))
if (check === undefined) throw new Error('There is no such check')
await check.run()

const platform = await open()
const lines: string[] = []
for await (const { text } of (await project('own', { platform }).task('greet').shell('echo hello').run()).logs()) lines.push(text)
process.stdout.write(`an object read back, and a task said ${lines.join()}`)
