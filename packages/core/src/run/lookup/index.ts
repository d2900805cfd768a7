/**
 * Look at what ran before: projects, tasks, jobs and their logs.
 *
 * @module @simple-sagemaker/core/jobs
 */
export { isTerminal } from '../../platform/jobs.ts'
export { cleanJobs, type CleanOptions, type CleanPlace, type OldJobs } from './clean.ts'
export { budgetOf, type BudgetState } from './budget.ts'
export { openJobCosts, totalOf, type CostedJob, type CostTotal, type JobCosts } from './costs.ts'
export { assertDownloadable, type PlannedDownload } from './download-room.ts'
export { describeOnly, type DescribeOnly } from './describe-only.ts'
export { taskOfJob } from '../../names/job-name.ts'
export { jobNamed } from './job.ts'
export { jobFacts, type JobFacts } from '../report/job-facts.ts'
export { listJobNames, listJobs, listProjects, listTasks, type StoragePlace } from './projects.ts'
export type { WarmPool } from '../plan.ts'
export { listWarmPools, type WarmPoolOptions } from '../warm/pools.ts'
export { jobSeries, type JobSeriesOptions } from './series.ts'
export { openTensorboard, type Tensorboard, type TensorboardOptions } from './tensorboard/open.ts'
export type { TensorboardFiles, TensorboardPlace } from './tensorboard/folder.ts'
export { tailLog, type TailOptions } from './tail.ts'
export { jobUsage, type JobUsage } from './usage.ts'
