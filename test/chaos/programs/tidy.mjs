// Starts another job: what killed processes left is removed when somebody starts something, never when somebody looks.
import { project } from '@simple-sagemaker/core'

await project('chaos', { platform: 'local' }).task('tidy').shell('true').run({ force: true })
