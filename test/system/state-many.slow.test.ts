import { expect, test } from 'vitest'
import { ownCache, sandbox } from '../flows/flow.ts'

ownCache()

const files = 100_000

/** Writes the files once, and counts those that it finds. */
const program = `
import os
state = os.environ["SSM_STATE"] + "/many"
found = 0
for folder, _, names in os.walk(state):
    found += len(names)
if found == 0:
    for folder in range(${files} // 1000):
        os.makedirs("%s/%d" % (state, folder))
        for name in range(1000):
            with open("%s/%d/%d.json" % (state, folder, name), "w") as file:
                file.write('{"step": %d}' % (folder * 1000 + name) * 40)
print("found=%d" % found, flush=True)
`

const task = async (archive: boolean): Promise<void> => {
  await using place = sandbox()
  const file = place.file('many.py', program)
  const many = place
    .project('p')
    .task('t')
    .code(file)
    .metric('found', /found=(\d+)/)
    .stateArchive(archive)
  const seconds: number[] = []
  let peak = 0
  const watching = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 50)
  for (const found of [0, files]) {
    const result = await many.run({ force: true })
    seconds.push(result.seconds)
    expect(result.metrics.found).toBe(found)
  }
  clearInterval(watching)
  const began = performance.now()
  let objects = 0
  for await (const _ of place.project('p').data('t').state()) objects += 1
  expect(objects).toBe(archive ? 1 : files)
  const listed = performance.now() - began
  console.info(
    `${files} files of state, ${archive ? 'as one archive' : 'file by file'}: saved in ${seconds[0]} s, given and saved again in ${seconds[1]} s; listed in ${listed.toFixed(0)} ms; the client used ${(peak / 2 ** 20).toFixed(0)} MiB`,
  )
}

test('100,000 small files of state are kept as one archive, and given back', { timeout: 900_000 }, () => task(true))

// By file it takes minutes, which is what the archive saves: to compare the two by hand, SSM_STATE_BY_FILE=1.
test.skipIf(process.env['SSM_STATE_BY_FILE'] !== '1')(
  '100,000 small files of state are kept file by file, and given back',
  { timeout: 540_000 },
  () => task(false),
)
