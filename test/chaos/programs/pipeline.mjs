// A client as users write them: a task with a local folder, state and a model, one that reads the model, and a download.
// Prints one line of JSON when everything is done.
import process from 'node:process'
import { project } from '@simple-sagemaker/core'

const [data, out] = process.argv.slice(2)
const ex = project('chaos', { platform: 'local' })
const prep = ex
  .task('prep')
  .shell(
    'n=$(cat "$SSM_INSTANCE_STATE/n" 2>/dev/null || echo 0); echo $((n + 1)) >"$SSM_INSTANCE_STATE/n.new" && mv "$SSM_INSTANCE_STATE/n.new" "$SSM_INSTANCE_STATE/n"; cat "$SM_CHANNEL_DATA"/*.txt >"$SM_MODEL_DIR/words"; mkdir "$SM_MODEL_DIR/deep"; echo deep >"$SM_MODEL_DIR/deep/file"',
  )
  .input.local(data)
const sum = ex
  .task('sum')
  .shell(
    'set -eo pipefail; tar -xzf "$SM_CHANNEL_MODEL/model.tar.gz" -C /tmp/ --to-stdout words | wc -w >"$SM_OUTPUT_DATA_DIR/count"; cp "$SM_OUTPUT_DATA_DIR/count" "$SM_MODEL_DIR/count"',
  )
  .input.from(prep.output('model'))

const result = await sum.run()
const { files } = await result.download(out)
process.stdout.write(`${JSON.stringify({ job: result.job, decision: result.decision.kind, files })}\n`)
