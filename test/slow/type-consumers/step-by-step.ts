// The guide's recipe for a task that is configured step by step, and what happens without it.
import { project, type AnyTask, type ProcessingTask, type TrainingTask } from '@simple-sagemaker/core'

const ex = project('ex')
const task = ex.task('t').code('t.py')

let chosen: TrainingTask = task
chosen = chosen.spot()
chosen = chosen.input.local('data').hyperparameters({ lr: 0.1 }).metric('loss', /(a)/)

let named: TrainingTask<'t'> = task
named = named.warm('1 hour')
export const known = ex.add(named).task('next').code('next.py').input.fromTask('t', 'model')

let prep: ProcessingTask = ex.processing('p').code('p.py')
prep = prep.input.local('data').outputs({ words: '/opt/ml/processing/words' })

let same = task
same = same.instances('ml.g5.xlarge').tag('team', 'vision').env({ LEVEL: 'info' })

export const all: readonly AnyTask[] = [chosen, named, prep, same]

let exact = task
// @ts-expect-error The variable has the type of this very task, which has no metric.
exact = exact.metric('loss', /(a)/)
void exact
