import type { CreateProcessingJobCommandInput, CreateTrainingJobCommandInput } from '@aws-sdk/client-sagemaker'
import type { JobRequest } from '@simple-sagemaker/core'
import { expectTypeOf, test } from 'vitest'

type Training = Extract<JobRequest, { readonly kind: 'training' }>['input']
type Processing = Extract<JobRequest, { readonly kind: 'processing' }>['input']

test('the requests of this library are those of the SDK, both ways', () => {
  expectTypeOf<Training>().toExtend<CreateTrainingJobCommandInput>()
  expectTypeOf<CreateTrainingJobCommandInput>().toExtend<Training>()
  expectTypeOf<Processing>().toExtend<CreateProcessingJobCommandInput>()
  expectTypeOf<CreateProcessingJobCommandInput>().toExtend<Processing>()
})
