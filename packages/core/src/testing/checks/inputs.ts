import { deepEqual, equal, hasFields, includes, isAtMost } from '../expectations.ts'
import { refOf, trainingJob } from '../job-requests.ts'
import { ranToEnd } from '../job-steps.ts'
import { uriBelow, itemsOf, keyBelow, putText, objectText, type Checks, type Visit } from '../visit.ts'

const copyAll =
  'cd $R/opt/ml/input/data && for h in algo-1 algo-2 algo-3; do grep -q "\\"current_host\\": *\\"$h\\"" ../config/resourceconfig.json && me=$h; done; mkdir -p $R/state/$me && cp -R . $R/state/$me/'

const stateOf = async ({ platform, folder }: Visit): Promise<readonly string[]> =>
  (await itemsOf(platform.objects.list(uriBelow(folder, 'state/')))).map((object) =>
    keyBelow(uriBelow(folder, 'state/'), object.uri),
  )
const copied = async (
  visit: Visit,
  inputsOf: Parameters<typeof trainingJob>[1]['inputs'],
  machines = 1,
): Promise<readonly string[]> => {
  const request = trainingJob(visit.folder, {
    shell: copyAll,
    machines,
    state: uriBelow(visit.folder, 'state'),
    ...(inputsOf === undefined ? {} : { inputs: inputsOf }),
  })
  const end = await ranToEnd(visit.platform, request)
  equal(end.failureReason, undefined)
  return stateOf(visit)
}

/** What the machines of a job find: its channels, its configuration, its environment. */
export const inputsChecks: Checks = {
  'every machine sees all objects of a replicated channel, under their own names': async (visit) => {
    const keys = ['in/a', 'in/b/c', 'in/with blank', 'in/ä', 'in2/x']
    for (const key of keys) await putText(visit.platform, uriBelow(visit.folder, key), `of ${key}`)
    const names = ['data/a', 'data/b/c', 'data/with blank', 'data/ä']
    deepEqual(
      await copied(visit, { data: { uri: `${visit.folder}in/` } }, 2),
      ['algo-1', 'algo-2'].flatMap((host) => names.map((name) => `${host}/${name}`)),
    )
    equal(await objectText(visit.platform, uriBelow(visit.folder, 'state/algo-2/data/b/c')), 'of in/b/c')
  },
  'every object of a sharded channel is on exactly one machine': async (visit) => {
    const names = Array.from({ length: 7 }, (_, index) => `part-${index}`)
    for (const name of names) await putText(visit.platform, uriBelow(visit.folder, `in/${name}`), name)
    const seen = await copied(visit, { data: { uri: `${visit.folder}in/`, sharded: true } }, 3)
    deepEqual(seen.map((name) => name.replace(/^algo-\d\/data\//, '')).sort(), names)
    const shares = [1, 2, 3].map((host) => seen.filter((name) => name.startsWith(`algo-${host}/`)).length)
    isAtMost(Math.max(...shares) - Math.min(...shares), 1)
  },
  'a channel may be one object, a FastFile folder, or a manifest’s choice': async (visit) => {
    for (const key of ['in/a', 'in/b', 'in/c']) await putText(visit.platform, uriBelow(visit.folder, key), key)
    await putText(
      visit.platform,
      uriBelow(visit.folder, 'list.manifest'),
      JSON.stringify([{ prefix: `${visit.folder}in/` }, 'a', 'c']),
    )
    const seen = await copied(visit, {
      one: { uri: `${visit.folder}in/b` },
      fast: { uri: `${visit.folder}in/`, mode: 'FastFile' },
      some: { uri: `${visit.folder}list.manifest`, manifest: true },
    })
    deepEqual(
      seen,
      ['fast/a', 'fast/b', 'fast/c', 'one/b', 'some/a', 'some/c'].map((name) => `algo-1/${name}`),
    )
  },
  'a job whose input does not exist fails and says which': async ({ platform, folder }) => {
    const end = await ranToEnd(platform, trainingJob(folder, { shell: 'true', inputs: { data: { uri: `${folder}nothing/` } } }))
    equal(end.status, 'failed')
    includes(end.failureReason, `${folder}nothing/`)
  },
  'the program sees its configuration and the request’s environment': async (visit) => {
    const { platform, folder } = visit
    const request = trainingJob(folder, {
      shell:
        'cp $R/opt/ml/input/config/*.json $R/state/; printf %s "$ODD" > $R/state/odd; printf %s "$TRAINING_JOB_NAME" > $R/state/name',
      environment: { ODD: ' a "b" $c\n\\d* ' },
      state: uriBelow(folder, 'state'),
      machines: 2,
    })
    request.input.HyperParameters = { lr: '0.1', name: 'a b' }
    equal((await ranToEnd(platform, request)).status, 'completed')
    const json = async (name: string): Promise<unknown> =>
      JSON.parse(await objectText(platform, uriBelow(folder, `state/${name}`)))
    deepEqual(await json('hyperparameters.json'), { lr: '0.1', name: 'a b' })
    deepEqual(await json('inputdataconfig.json'), {})
    deepEqual(await json('checkpointconfig.json'), { LocalPath: '/state' })
    hasFields(await json('resourceconfig.json'), { hosts: ['algo-1', 'algo-2'], current_instance_type: 'ml.m5.large' })
    equal(await objectText(platform, uriBelow(folder, 'state/odd')), ' a "b" $c\n\\d* ')
    equal(await objectText(platform, uriBelow(folder, 'state/name')), refOf(request).name)
  },
}
