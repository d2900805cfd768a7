import { platformChecks } from '@simple-sagemaker/core/testing'
import { memoryPlatform } from './memory-platform.ts'

/** What the memory platform is checked for. */
export const checks = platformChecks({
  open: async () => memoryPlatform(),
  topics: ['objects', 'jobs', 'logs', 'roles', 'images'], // without 'inputs' and 'results': it has the simplest channels and keeps no outputs
  skip: {
    'a training job of several machines fails when one of them does': 'it has one machine',
    'a processing job of several machines fails when one of them does': 'it has one machine',
    'the machines of a job are told apart, each in its order': 'it has one machine',
  },
})
