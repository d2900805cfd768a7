import * as core from '@simple-sagemaker/core'
import { codeChannel, paths } from '@simple-sagemaker/worker-toolkit/contract'

const channel: 'code' = codeChannel
const folder: string = paths.training.model

// @ts-expect-error The built types are real ones: a wrong assignment must not pass.
const wrong: number = codeChannel

export const seen = [core, channel, folder, wrong]
