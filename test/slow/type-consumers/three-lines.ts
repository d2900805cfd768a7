import { project } from '@simple-sagemaker/core'
const { outputs } = await project('ex').task('t').code('train.py').instances('ml.m5.large', 2).spot().run()
console.log(outputs.model.uri)
