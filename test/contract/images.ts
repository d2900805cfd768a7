import { expect } from 'vitest'
import { claim, type Room } from './contract.ts'

/** What every platform must keep of its images. */
export function imagesContract(room: Room): void {
  claim(room, 'an image given by its address is taken as it is', async ({ platform }) => {
    const uri = '111122223333.dkr.ecr.us-east-1.amazonaws.com/mine:1'
    expect(await platform.images.resolve({ image: { kind: 'uri', uri }, kind: 'training', instanceType: 'ml.m5.large' })).toBe(
      uri,
    )
  })
  claim(room, 'a framework has an image, the same one each time', async ({ platform }) => {
    const need = { image: { kind: 'framework', framework: 'pytorch' }, kind: 'training', instanceType: 'ml.m5.large' } as const
    const uri = await platform.images.resolve(need)
    expect(uri).toContain('pytorch')
    expect(await platform.images.resolve(need)).toBe(uri)
  })
  claim(room, 'an algorithm has an image', async ({ platform }) => {
    const image = { kind: 'algorithm', algorithm: 'xgboost', version: '1.7-1' } as const
    expect(await platform.images.resolve({ image, kind: 'training', instanceType: 'ml.m5.large' })).toContain('xgboost')
  })
}
