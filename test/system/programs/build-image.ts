import { project } from '@simple-sagemaker/core'

// Builds an image for a task on this computer and prints what the engine does: build-image.ts <dockerfile>.
const [dockerfile = ''] = process.argv.slice(2)
const handle = await project('ex', { platform: 'local' }).task('left').shell('true').dockerfile(dockerfile).container().start()
for await (const event of handle.events()) if (event.type === 'image-progressed') console.log(event.progress.line)
