/**
 * A task in an image of its own: the Dockerfile in `docker` is built with docker or podman, and the job runs in a container. The other
 * parts are as usual: a source folder, dependencies, data, arguments, tags, metrics and a checked result.
 */
import { join } from 'node:path'
import { printEvents } from '@simple-sagemaker/cli/print'
import { project } from '@simple-sagemaker/core'
import * as v from 'valibot'

const here = import.meta.dirname
const out = join(here, 'out')

const lexicon = project('lexicon', { platform: 'local', defaults: { tags: { example: '17' } } })

const nouns = lexicon
  .task('nouns')
  .code('main.py', { sourceDir: join(here, 'code'), dependencies: [join(here, 'helpers')] })
  .dockerfile(join(here, 'docker')) // built once, and again when one of its files changes
  .container() // without it a local job is a process, in no image
  .input.local(join(here, 'data'))
  .args('--kinds', 'noun', 'adjective')
  .tag('team', 'documentation')
  .metric('found', /found=(\d+)/)
  .resultSchema(v.object({ texts: v.number(), found: v.number(), different: v.number() }))

const run = await nouns.run({ onEvent: printEvents() })
await run.download(out, { only: ['model', 'output'] })
console.log(`${run.result.found} words in ${run.result.texts} texts, as the metric says: ${run.metrics.found}`)
