// With isolatedDeclarations every export says its type: those that the library exports are enough.
import { project, type AnyTask, type Project, type TaskResult, type TrainingTask } from '@simple-sagemaker/core'

export const ex: Project = project('ex')
export const train: TrainingTask<'train', 'open' | 'spot'> = ex.task('train').code('train.py').spot()
export const any: AnyTask = ex.task('other').code('other.py')
export const known: Project<'train'> = ex.add(train)
export const result = (): Promise<TaskResult<'model' | 'output' | 'source' | 'state', undefined, never>> => train.run()
