import { closeSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { placeIn } from '../jobs/records.ts'
import { passedOn } from '../process/inherited.ts'
import type { Handed } from '../process/spawn-supervisor.ts'
import { supervise } from './supervise.ts'

// The program behind every local job: node supervisor.cjs <root> <job>. It outlives the client that started it. No await at
// its top: it is bundled as a CommonJS module, which starts faster.
const [root = '', job = ''] = process.argv.slice(2)

// The client writes the environment of the job's programs, and which of its values are secrets, to our stdin: they are in no record.
// One that was killed meanwhile wrote nothing or a part of it: without its environment a program would do something else. Whoever looks at
// the job sees that it never began.
const text = readFileSync(0, 'utf8')
if (text === '') process.exit(1) // eslint-disable-line unicorn/no-process-exit
const handed = JSON.parse(text) as Handed
// Our client lets another supervisor start when this file closes.
const handover = { inherited: passedOn(process.env), ...handed, handedOver: () => closeSync(3) }
// Nothing that a job left open may keep its supervisor alive; a failure has ended it already, as one that nobody caught.
void supervise(root, placeIn(join(root, 'jobs', job)), handover).then(() => process.exit(0)) // eslint-disable-line unicorn/no-process-exit
