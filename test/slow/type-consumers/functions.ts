// Functions that run elsewhere, as a library of a user exports them.
import { project, type FunctionTask } from '@simple-sagemaker/core'

const draft = project('ex', { platform: 'local' }).task('embed')
export const embed = draft
  .function(() => import('./work.js'), 'embed')
  .instances('ml.c7i.4xlarge')
  .spot()
const any: FunctionTask = embed
export const nameOfAny: string = any.name
export const vectors = (): Promise<number[][]> => embed.call(['a'], { model: 'm' })
export const all = (): Promise<number[][][]> => embed.map([['a'], ['b']], { machines: 4, perMachine: 8, rest: [{ model: 'm' }] })
// @ts-expect-error 'when' takes a Date, which JSON does not carry: send its text or its milliseconds
export const refused = draft.function(() => import('./work.js'), 'when')
// @ts-expect-error Type 'number' is not assignable to type 'string'.
void embed.call([1], { model: 'm' })
