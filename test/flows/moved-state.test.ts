import { expect, test } from 'vitest'
import { objectUri } from '../../packages/core/src/names/object-uri.ts'
import { local } from '@simple-sagemaker/core/local'
import { sandbox, ownCache, timeout } from './flow.ts'

ownCache()

test(
  'the state of a task called state… is found where an earlier release left it, and clean removes it there, too',
  { timeout },
  async () => {
    await using place = sandbox()
    const ex = place.project('p')
    const task = ex.task('statement').shell('cat "$SSM_STATE"/* > "$SM_MODEL_DIR/seen" 2>&1 || true; echo new > "$SSM_STATE/new"')
    await using platform = local({ root: place.root })
    const bucket = await platform.objects.bucket(undefined)
    const former = objectUri(`s3://${bucket}/p/statement/state/old`)
    await platform.objects.write(former, { kind: 'bytes', bytes: Buffer.from('old state') })
    const kept = async (): Promise<readonly string[]> => {
      const found: string[] = []
      for await (const { uri } of ex.data('statement').state()) found.push(uri.slice(`s3://${bucket}/p/statement/`.length))
      return found
    }
    await task.run()
    expect(await kept()).toEqual(['.state/new', '.state/old', 'state/old'])
    expect(await ex.data('statement').cleanState()).toBe(3)
    expect(await kept()).toEqual([])
    await task.run({ force: true })
    expect(await kept()).toEqual(['.state/new'])
  },
)
