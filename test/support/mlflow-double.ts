import { createServer, type IncomingMessage } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

export interface DoubleRun {
  readonly info: { run_id: string; run_name: string; experiment_id: string; status: string; artifact_uri: string }
  readonly tags: Readonly<Record<string, string>>
  readonly params: Record<string, string>
  readonly metrics: { readonly key: string; readonly value: number; readonly step: number }[]
}

/** A server that takes the calls by which a run is logged, as MLflow does; test/slow/mlflow.test.ts has the real one. */
export async function mlflowDouble() {
  const experiments: string[] = []
  const runs: DoubleRun[] = []
  const files: Record<string, string> = {}
  const authorizations = new Set<string | undefined>()
  /** The first call of which this is true is refused. */
  const state: { refuses: (path: string) => boolean } = { refuses: () => false }

  async function answer(request: IncomingMessage): Promise<readonly [status: number, body: unknown]> {
    const url = new URL(request.url ?? '', 'http://x')
    const path = url.pathname.replace('/api/2.0/', '')
    authorizations.add(request.headers.authorization)
    const body = await text(request)
    if (state.refuses(path)) return [500, { error_code: 'INTERNAL_ERROR', message: 'the disk is full' }]
    if (path.startsWith('mlflow-artifacts/')) return [200, (files[path] = body) && {}]
    const given = (body === '' ? {} : JSON.parse(body)) as Readonly<Record<string, never>>
    const run = runs.find(({ info }) => info.run_id === given['run_id'])
    switch (path) {
      case 'mlflow/experiments/get-by-name': {
        const at = experiments.indexOf(url.searchParams.get('experiment_name') ?? '')
        return at < 0
          ? [404, { error_code: 'RESOURCE_DOES_NOT_EXIST', message: 'none' }]
          : [200, { experiment: { experiment_id: String(at) } }]
      }
      case 'mlflow/experiments/create':
        return [200, { experiment_id: String(experiments.push(given['name'] as unknown as string) - 1) }]
      case 'mlflow/runs/search': {
        const [, key = '', value = ''] = /^tags\.`(.*)` = '(.*)'$/.exec(String(given['filter'])) ?? []
        return [200, { runs: runs.filter(({ tags }) => tags[key] === value) }]
      }
      case 'mlflow/runs/create': {
        const { experiment_id, run_name, tags } = given as unknown as {
          experiment_id: string
          run_name: string
          tags: { key: string; value: string }[]
        }
        const run_id = `run-${runs.length}`
        const info = {
          run_id,
          run_name,
          experiment_id,
          status: 'RUNNING',
          artifact_uri: `mlflow-artifacts:/${experiment_id}/${run_id}/artifacts`,
        }
        const made = { info, tags: Object.fromEntries(tags.map((tag) => [tag.key, tag.value])), params: {}, metrics: [] }
        runs.push(made)
        return [200, { run: { info } }]
      }
      case 'mlflow/runs/log-batch': {
        const { metrics, params } = given as unknown as {
          metrics: DoubleRun['metrics']
          params: { key: string; value: string }[]
        }
        if (metrics.length > 1_000 || params.length > 100)
          return [400, { error_code: 'INVALID_PARAMETER_VALUE', message: 'too many' }]
        run?.metrics.push(...metrics)
        for (const { key, value } of params) if (run !== undefined) run.params[key] = value
        return [200, {}]
      }
      case 'mlflow/runs/update':
        if (run !== undefined) run.info.status = String(given['status'])
        return [200, {}]
      default:
        return [404, 'no such page']
    }
  }
  const server = createServer((request, response) => {
    void answer(request).then(([status, body]) => response.writeHead(status).end(JSON.stringify(body)))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    experiments,
    runs,
    files,
    authorizations,
    state,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
