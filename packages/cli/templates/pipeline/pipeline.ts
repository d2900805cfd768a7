import { project } from '@simple-sagemaker/core'
import * as v from 'valibot' // or zod, arktype: any Standard Schema library

// 'local' runs on this computer; 'aws', the default, rents machines.
const ex = project('{{name}}', { platform: 'local' })

const prepare = ex
  .task('prepare')
  .code('prepare.py')
  .instances('ml.m5.large', 2) // two machines, each gets a part of the files
  .input.local('data', { distribution: 'ShardedByS3Key' })

const report = ex
  .task('report')
  .code('report.ts')
  .input.from(prepare.output('model'), { channel: 'words', unpack: true })
  .resultSchema(v.object({ words: v.number(), longest: v.string() }))

/** The project with its tasks: `npx ssm graph pipeline.ts` draws it. */
export const known = ex.add(prepare).add(report)
export default known
