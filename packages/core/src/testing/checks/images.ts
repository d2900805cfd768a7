import { equal, includes } from '../expectations.ts'
import type { Checks } from '../visit.ts'

const place = { project: 'ex', prefix: '' }

/** What an image of a platform must be. */
export const imagesChecks: Checks = {
  'an image given by its address is taken as it is': async ({ platform }) => {
    const uri = '111122223333.dkr.ecr.us-east-1.amazonaws.com/mine:1'
    equal(
      await platform.images.resolve({ ...place, image: { kind: 'uri', uri }, kind: 'training', instanceType: 'ml.m5.large' }),
      uri,
    )
  },
  'a framework has an image, the same one each time': async ({ platform }) => {
    const need = {
      ...place,
      image: { kind: 'framework', framework: 'pytorch' },
      kind: 'training',
      instanceType: 'ml.m5.large',
    } as const
    const uri = await platform.images.resolve(need)
    includes(uri, 'pytorch')
    equal(await platform.images.resolve(need), uri)
  },
  'an algorithm has an image': async ({ platform }) => {
    const image = { kind: 'algorithm', algorithm: 'xgboost', version: '1.7-1' } as const
    includes(await platform.images.resolve({ ...place, image, kind: 'training', instanceType: 'ml.m5.large' }), 'xgboost')
  },
}
