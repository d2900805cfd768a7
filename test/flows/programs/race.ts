import { existsSync } from 'node:fs'
import { setImmediate as turn } from 'node:timers/promises'
import { project } from '@simple-sagemaker/core'

// Runs one task each time the file `go-<round>` appears, and says what became of it: race.ts <rounds>. Some rounds are new
// tasks, some a task that changed.
const [rounds = '0'] = process.argv.slice(2)
const open = project('race', { platform: 'local' })

for (let round = 0; round < Number(rounds); round++) {
  while (!existsSync(`go-${round}`)) await turn()
  const task = open
    .task(`t${round % 10}`)
    .shell('echo "$1" > "$SM_MODEL_DIR/round"')
    .args(String(round))
  const { job, decision, outputs } = await task.run()
  console.log(JSON.stringify({ task: `t${round % 10}`, job, decided: decision.kind, uri: outputs.model.uri }))
}
