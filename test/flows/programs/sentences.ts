import process from 'node:process'
import { project } from '@simple-sagemaker/core'
import { chain, firstSentence, handle, knownProject, programs } from '../../types/consumer/sentences.ts'

// Runs the sentences of the product's page where their files lie, and says what each gave, one line of JSON each.
process.env['SSM_PLATFORM'] = 'local'
const say = (task: string, gave: unknown): void => console.log(JSON.stringify({ task, gave }))

await project('ex').task('t1').shell('echo words > "$SM_MODEL_DIR/words"').run()
say('first', await firstSentence())
const lines: string[] = []
say('chain', await chain((machine, text) => void lines.push(`${machine} ${text}`)))
say('lines', lines)
say('known', await knownProject())
say('programs', programs())
say('handle', await handle(new AbortController().signal))
