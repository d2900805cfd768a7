/** Starts the service on this machine: npm run example 02-service. Ctrl-C ends it; jobs that were detached go on. */
import { local } from '@simple-sagemaker/core/local'
import { listen } from './server.ts'
import { countingService } from './service.ts'

const server = await listen(countingService(local()), Number(process.env['PORT'] ?? 8787))
const at = `localhost:${server.port}/runs`

console.log('Listening. Try this, and press Ctrl-C in the middle of it:\n')
console.log(`curl -N ${at} --json '{ "document": "song", "text": "row row row your boat", "seconds": 5 }'`)
console.log(`curl ${at}/song`)
console.log(`and in a browser: http://${at}/song/report`)

process.once('SIGINT', () => void server[Symbol.asyncDispose]())
