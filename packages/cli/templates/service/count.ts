import { worker } from '@simple-sagemaker/worker-toolkit'

const { hyperparameters } = worker<{ hyperparameters: { text: string } }>()
console.log(`words=${String(hyperparameters.text.split(/\s+/).filter((word) => word !== '').length)}`)
