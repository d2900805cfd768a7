// A program that uses what the library exports: through its declarations it knows the same.
import { evaluate, Holder, known, named, prep, result, results, train } from './library.js'

export const next = known.task('next').code('next.py').input.fromTask('prep', 'output')
export const again = named.add(evaluate)
export async function uris(): Promise<readonly (string | number | undefined)[]> {
  const { prep: words, train: model } = await results()
  const { metrics } = await result()
  return [words.outputs.output.uri, model.outputs.model.uri, metrics.loss, new Holder().task.name]
}
// @ts-expect-error A processing task has no model.
void prep.output('model')
// @ts-expect-error The project knows this one already.
void known.add(train)
// @ts-expect-error There is no such task.
void known.task('other').code('a.py').input.fromTask('tran', 'model')
