/** What crosses between the service and the program that learns. `ssm types` reads this file. */
import { join } from 'node:path'
import { project } from '@simple-sagemaker/core'
import * as v from 'valibot' // or zod, arktype: any Standard Schema library

export const Labelled = v.object({ label: v.string(), place: v.array(v.number()) })
export const Centroids = v.object({ labels: v.array(v.string()), centroids: v.array(v.array(v.number())) })
const Quality = v.object({ points: v.pipe(v.number(), v.integer()), accuracy: v.number() })

const ex = project('typed-worker', { platform: 'local' })
export const train = ex
  .task('train')
  .code('train.py', { sourceDir: join(import.meta.dirname, 'worker') })
  .input.local(join(import.meta.dirname, 'data'), { channel: 'points' })
  .channelSchema('points', { 'labelled.jsonl': Labelled })
  .hyperparameterSchema(v.object({ metric: v.optional(v.picklist(['euclidean', 'manhattan']), 'euclidean') }))
  .outputSchema('model', { 'centroids.json': Centroids })
  .resultSchema(Quality)

export const known = ex.add(train)
