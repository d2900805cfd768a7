import { worker } from '@simple-sagemaker/worker-toolkit'

console.log(`node rank=${worker().rank}`)
