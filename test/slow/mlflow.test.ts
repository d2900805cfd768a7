import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { freePort } from '../support/aws/moto.ts'
import { sandbox } from '../system/sandbox.ts'

const timeout = 300_000
const folder = mkdtempSync(join(tmpdir(), 'ssm-mlflow-'))
const python = join(folder, 'venv/bin/python')

beforeAll(() => {
  execFileSync('python3', ['-m', 'venv', join(folder, 'venv')])
  const pip = ['-m', 'pip', '--quiet', '--disable-pip-version-check', 'install']
  // Newer ones import the SDK of a vendor of clouds, which takes longer than all else here together.
  const packages = ['mlflow-skinny==2.9.2', 'flask==3.1.3', 'gunicorn==21.2.0', 'querystring-parser==1.2.4', 'setuptools<81']
  execFileSync(python, [...pip, '--no-compile', ...packages], { stdio: 'pipe' })
}, timeout)
afterAll(() => rmSync(folder, { recursive: true, force: true }), timeout)

/** MLflow's own server, with a store of its own. */
async function mlflowServer(): Promise<AsyncDisposable & { readonly url: string }> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const store = ['--backend-store-uri', join(folder, 'store'), '--artifacts-destination', join(folder, 'artifacts')]
  const args = ['server', '--host', '127.0.0.1', '--port', String(port), '--workers', '1', ...store]
  // Its workers are in its group.
  const server = spawn(join(folder, 'venv/bin/mlflow'), args, {
    stdio: 'ignore',
    detached: true,
    cwd: folder,
    env: { ...process.env, HOME: folder },
  })
  const end = (): void => {
    try {
      process.kill(-(server.pid ?? 0), 'SIGKILL')
    } catch {
      // It has ended.
    }
  }
  process.once('exit', end)
  const ended = once(server, 'exit')
  for (let tries = 0; ; tries += 1) {
    if (server.exitCode !== null || tries > 600) throw new Error('the MLflow server did not start')
    const isThere = await fetch(`${url}/health`).then(
      ({ ok }) => ok,
      () => false,
    )
    if (isThere) break
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return {
    url,
    async [Symbol.asyncDispose]() {
      process.removeListener('exit', end)
      end()
      await ended
    },
  }
}

const lookup = `
import json, sys, mlflow
mlflow.set_tracking_uri(sys.argv[1])
client = mlflow.MlflowClient()
found = []
for experiment in client.search_experiments():
    for run in client.search_runs([experiment.experiment_id]):
        found.append({
            'experiment': experiment.name, 'name': run.info.run_name, 'status': run.info.status,
            'params': run.data.params, 'tags': run.data.tags,
            'losses': [[m.step, m.value] for m in client.get_metric_history(run.info.run_id, 'loss')],
            'files': [each.path for each in client.list_artifacts(run.info.run_id, 'model')],
        })
print(json.dumps(found))
`

interface Found {
  readonly experiment: string
  readonly name: string
  readonly tags: Readonly<Record<string, string>>
}

test(
  "MLflow's own server shows the run of a program that knows nothing of it, and those of one that logs",
  { timeout },
  async () => {
    await using place = sandbox()
    await using server = await mlflowServer()
    const runs = (): readonly Found[] =>
      JSON.parse(execFileSync(python, ['-c', lookup, server.url], { encoding: 'utf8' })) as readonly Found[]
    const ex = place.project('prices', { python })
    const plain = ex
      .task('plain')
      .shell('for i in 3 2 1; do echo loss=$i; done; echo weights > "$SM_MODEL_DIR/w"')
      .hyperparameters({ lr: 0.1, 'odd name': 'x y' })
      .metric('loss', /loss=([0-9.]+)/)
      .tag('team', 'vision')
      .mlflow({ uri: server.url, log: true })
    const result = await plain.run()
    await plain.run()
    expect(runs()).toMatchObject([
      {
        experiment: 'prices',
        name: result.job,
        status: 'FINISHED',
        params: { lr: '0.1', 'odd name': 'x y' },
        tags: { team: 'vision', 'ssm.task': 'plain', 'ssm.model': result.outputs.model.uri },
        losses: [
          [1, 3],
          [2, 2],
          [3, 1],
        ],
        files: ['model/model.tar.gz'],
      },
    ])
    const failing = ex
      .task('failing')
      .shell('echo loss=9; exit 3')
      .metric('loss', /loss=([0-9.]+)/)
    await expect(failing.mlflow({ uri: server.url, log: true }).run()).rejects.toMatchObject({ code: 'JOB_FAILED' })
    const script = place.file(
      'logs.py',
      "import os, mlflow\nwith mlflow.start_run(run_name=os.environ['MLFLOW_RUN_NAME']):\n    mlflow.log_param('k', 5)\n    mlflow.log_metric('loss', 7)\n",
    )
    await ex.task('logging').code(script).mlflow({ uri: server.url, experiment: 'mine', run: 'named' }).run()
    const all = runs()
    expect(all.find(({ tags }) => tags['ssm.task'] === 'failing')).toMatchObject({ status: 'FAILED', losses: [[1, 9]] })
    expect(all.find(({ experiment }) => experiment === 'mine')).toMatchObject({
      name: 'named',
      status: 'FINISHED',
      params: { k: '5' },
      losses: [[0, 7]],
    })
    expect(all).toHaveLength(3)
    expect(await place.leftovers()).toEqual([])
  },
)
