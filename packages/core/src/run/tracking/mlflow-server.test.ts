import { afterEach, expect, test, vi } from 'vitest'
import { MlflowApi } from './mlflow-server.ts'

afterEach(() => vi.unstubAllGlobals())

/** A server that answers so, one call after another; gives what it was asked. */
function serverWith(answers: readonly { readonly status?: number; readonly body: unknown }[], env: NodeJS.ProcessEnv = {}) {
  const asked: { readonly path: string; readonly headers: Readonly<Record<string, string>> }[] = []
  vi.stubGlobal('fetch', async (url: string, { headers }: { readonly headers: Readonly<Record<string, string>> }) => {
    const { status = 200, body } = answers[asked.length] ?? { body: {} }
    asked.push({ path: url.replace(/^.*\/api\/2\.0\//, ''), headers })
    return new Response(typeof body === 'string' ? body : JSON.stringify(body), { status })
  })
  return { api: new MlflowApi('https://mlflow.example.com/', new AbortController().signal, env), asked }
}

const refusal = (code: string) => ({ status: 400, body: { error_code: code, message: 'no' } })
const run = { info: { run_id: 'r', experiment_id: '7', status: 'RUNNING', artifact_uri: 'mlflow-artifacts:/7/r/artifacts' } }
const stored = { id: 'r', experimentId: '7', status: 'RUNNING', artifactUri: 'mlflow-artifacts:/7/r/artifacts' }

test('an experiment is found, or made, or found again when somebody else was quicker', async () => {
  const found = { body: { experiment: { experiment_id: '7' } } }
  const cases = [
    [[found], '7'],
    [[refusal('RESOURCE_DOES_NOT_EXIST'), { body: { experiment_id: '8' } }], '8'],
    [[refusal('RESOURCE_DOES_NOT_EXIST'), refusal('RESOURCE_ALREADY_EXISTS'), found], '7'],
    [[refusal('RESOURCE_DOES_NOT_EXIST'), refusal('RESOURCE_ALREADY_EXISTS'), refusal('RESOURCE_DOES_NOT_EXIST')], ''],
  ] as const
  for (const [answers, id] of cases) {
    const { api, asked } = serverWith(answers)
    expect(await api.experiment('a b')).toBe(id)
    expect(asked[0]?.path).toBe('mlflow/experiments/get-by-name?experiment_name=a%20b')
    expect(asked).toHaveLength(answers.length)
  }
})

test.each([
  [refusal('INVALID_STATE'), 'INVALID_STATE: no'],
  [{ status: 502, body: '<html>Bad gateway</html>' }, 'it answered with status 502'],
  [{ status: 404, body: { detail: 'not found' } }, 'it answered with status 404'],
])(
  'a refusal is told in the words of the server, and an answer that is not from MLflow by its status',
  async (answer, message) => {
    await expect(serverWith([answer]).api.experiment('x')).rejects.toMatchObject({ message })
    await expect(serverWith([refusal('RESOURCE_DOES_NOT_EXIST'), answer]).api.experiment('x')).rejects.toMatchObject({ message })
  },
)

test.each([
  [{ runs: [run] }, stored],
  [{ runs: [] }, undefined],
  [{}, undefined],
  [null, undefined],
  ['"text"', undefined],
  [{ runs: [{}] }, { id: '', experimentId: '', status: '', artifactUri: '' }],
  [{ runs: [{ info: { run_id: 7 } }] }, { id: '', experimentId: '', status: '', artifactUri: '' }],
])('the run of an answer %j is read as far as it is there', async (body, expected) => {
  const { api } = serverWith([{ body }])
  expect(await api.runWith('7', { key: 'ssm.job', value: "it's" })).toEqual(expected)
})

test('a run is made, and what was made is read', async () => {
  const { api } = serverWith([{ body: { run } }, { body: {} }])
  expect(await api.createRun('7', 'name', 0, [])).toEqual(stored)
})

test.each([
  [{ MLFLOW_TRACKING_USERNAME: 'me', MLFLOW_TRACKING_PASSWORD: 'secret' }, `Basic ${btoa('me:secret')}`],
  [{ MLFLOW_TRACKING_USERNAME: 'me', MLFLOW_TRACKING_TOKEN: 't' }, `Basic ${btoa('me:')}`],
  [{ MLFLOW_TRACKING_TOKEN: 't' }, 'Bearer t'],
  [{}, undefined],
])('it logs in as the clients of MLflow do, with %j', async (env, expected) => {
  const { api, asked } = serverWith([{ body: {} }], env)
  await api.logBatch('r', [], [])
  expect(asked[0]?.headers['authorization']).toBe(expected)
})
