import { printEvents } from '@simple-sagemaker/cli/print'
import { known } from './pipeline.ts'

const outcome = await known.run({ parallel: 2, onEvent: printEvents() })
const { report } = outcome.orThrow() // GRAPH_FAILED names every task that failed
await report.download('out')
console.log(report.decision.kind, report.result)
