import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { extract } from 'tar-stream'
import { objectUri, type ObjectUri } from '../../names/object-uri.ts'
import type { JobRequest } from '../../platform/jobs.ts'
import { deepEqual, equal } from '../expectations.ts'
import { processingJob, refOf, trainingJob } from '../job-requests.ts'
import { lastState, ranToEnd } from '../job-steps.ts'
import { uriBelow, itemsOf, keyBelow, putText, objectText, type Checks, type Visit } from '../visit.ts'

/** The names of the files in a `tar.gz`, sorted. */
async function archive({ platform }: Visit, uri: ObjectUri): Promise<readonly string[]> {
  const entries = extract()
  const names: string[] = []
  const reading = pipeline(Readable.from(platform.objects.read(uri)), createGunzip(), entries)
  const listing = (async () => {
    for await (const entry of entries) {
      if (entry.header.type !== 'directory') names.push(entry.header.name.replace(/^\.\//, ''))
      entry.resume()
    }
  })()
  await Promise.all([reading, listing])
  return names.sort()
}

const outOf = (visit: Visit, request: JobRequest, name: string): ObjectUri =>
  objectUri(`${visit.folder}out/${refOf(request).name}/output/${name}`)

/** What becomes of the files that the machines of a job wrote, and of its metrics. */
export const resultsChecks: Checks = {
  'the model is that of all machines, the output that of the first': async (visit) => {
    const shell =
      'for h in algo-1 algo-2; do grep -q "\\"current_host\\": *\\"$h\\"" $R/opt/ml/input/config/resourceconfig.json && me=$h; done; cd $R/opt/ml; mkdir -p model/deep; echo $me > model/deep/$me; echo $me > model/same; echo $me > output/data/$me'
    const request = trainingJob(visit.folder, { shell, machines: 2 })
    equal((await ranToEnd(visit.platform, request)).status, 'completed')
    deepEqual(await archive(visit, outOf(visit, request, 'model.tar.gz')), ['deep/algo-1', 'deep/algo-2', 'same'])
    deepEqual(await archive(visit, outOf(visit, request, 'output.tar.gz')), ['algo-1'])
  },
  'a job that is stopped keeps what its program wrote in its grace': async (visit) => {
    const shell = 'trap "echo late > $R/opt/ml/model/late; exit 0" TERM; echo ready; sleep 60 & wait'
    const request = trainingJob(visit.folder, { shell })
    await visit.platform.jobs.start(request)
    for await (const { text } of visit.platform.logs.follow(refOf(request))) if (text === 'ready') break
    await visit.platform.jobs.stop(refOf(request))
    await lastState(visit.platform, refOf(request))
    deepEqual(await archive(visit, outOf(visit, request, 'model.tar.gz')), ['late'])
  },
  'state is restored, kept after success and failure, and forgets what the program removed': async ({ platform, folder }) => {
    const state = uriBelow(folder, 'state')
    await putText(platform, uriBelow(folder, 'state/old'), 'old')
    await putText(platform, uriBelow(folder, 'state/gone'), 'gone')
    const shell = 'cat $R/state/old > $R/state/seen; rm $R/state/gone; echo mine > $R/state/new; exit '
    for (const [code, seen] of [
      ['4', 'failed'],
      ['0', 'completed'],
    ] as const) {
      equal(
        (
          await ranToEnd(
            platform,
            trainingJob(folder, { shell: (code === '0' ? 'touch $R/state/gone; ' : '') + shell + code, state }),
          )
        ).status,
        seen,
      )
      deepEqual(
        (await itemsOf(platform.objects.list(uriBelow(folder, 'state/')))).map((object) => keyBelow(folder, object.uri)),
        ['state/new', 'state/old', 'state/seen'],
      )
      equal(await objectText(platform, uriBelow(folder, 'state/seen')), 'old')
    }
  },
  'state is stored while the job runs': async ({ platform, folder }) => {
    const request = trainingJob(folder, { shell: 'echo half > $R/state/half; sleep 60', state: uriBelow(folder, 'state') })
    await platform.jobs.start(request)
    while ((await platform.objects.find(uriBelow(folder, 'state/half'))) === undefined)
      await new Promise((resolve) => setTimeout(resolve, 50))
    equal((await platform.jobs.describe(refOf(request)))?.status, 'in-progress')
    await platform.jobs.stop(refOf(request))
    await lastState(platform, refOf(request))
  },
  'a processing job’s outputs go where they were asked to, after a failure too': async ({ platform, folder }) => {
    for (const code of [0, 1]) {
      const end = uriBelow(folder, `end-${code}`)
      const live = uriBelow(folder, `live-${code}`)
      const shell = `cd $R/opt/ml/processing; mkdir -p out/deep; echo 1 > out/deep/a; echo 2 > state/b; exit ${code}`
      await ranToEnd(platform, processingJob({ shell, outputs: { out: { uri: end }, state: { uri: live, continuous: true } } }))
      equal(await objectText(platform, uriBelow(folder, `end-${code}/deep/a`)), '1\n')
      equal(await objectText(platform, uriBelow(folder, `live-${code}/b`)), '2\n')
    }
  },
  'the last value of each metric is kept, read from the log': async ({ platform, folder }) => {
    const shell = 'for i in 1 2 3; do echo "step $i loss=0.$i acc=bad"; done; printf "end loss=-1.5e-3"'
    const end = await ranToEnd(
      platform,
      trainingJob(folder, { shell, metrics: { loss: 'loss=([-0-9.e]+)', acc: 'acc=(\\w+)', none: 'none=(.*)' } }),
    )
    deepEqual(
      end.finalMetrics.map(({ name, value }) => [name, value]),
      [['loss', -0.0015]],
    )
  },
}
