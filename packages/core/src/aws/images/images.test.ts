import { expect, test } from 'vitest'
import { systemClock } from '../../time/clock.ts'
import type { AwsNotice } from '../notices.ts'
import { memoryObjects } from '../../../../../test/support/memory-objects.ts'
import { openClients } from '../clients.ts'
import { awsImages } from './images.ts'

const open = (region: string) => {
  const notices: AwsNotice[] = []
  const clients = openClients({ region, credentials: { accessKeyId: 'a', secretAccessKey: 'b' } })
  const images = awsImages({
    clients,
    objects: memoryObjects(),
    clock: systemClock,
    notify: (notice) => void notices.push(notice),
  })
  return { images, notices }
}
const place = { project: 'ex', prefix: '' }
const sklearn = { kind: 'framework', framework: 'sklearn' } as const

test('where scikit-learn is not published, processing takes the PyTorch image for CPUs, and says so', async () => {
  const { images, notices } = open('mx-central-1')
  const uri = await images.resolve({ ...place, image: sklearn, kind: 'processing', instanceType: 'ml.t3.medium' })
  expect(uri).toMatch(/^637423239942\.dkr\.ecr\.mx-central-1\.amazonaws\.com\/pytorch:.*-cpu-/)
  expect(notices).toMatchObject([{ type: 'image-elsewhere', image: uri }])
  for (const wanted of [
    { image: { ...sklearn, version: '1.4-2' }, kind: 'processing' },
    { image: sklearn, kind: 'training' },
  ] as const)
    await expect(images.resolve({ ...place, ...wanted, instanceType: 'ml.m5.large' })).rejects.toMatchObject({
      code: 'IMAGE_UNKNOWN',
    })
})

test('where it is published, it is taken', async () => {
  const { images, notices } = open('eu-west-1')
  expect(await images.resolve({ ...place, image: sklearn, kind: 'processing', instanceType: 'ml.t3.medium' })).toContain(
    'sagemaker-scikit-learn',
  )
  expect(notices).toEqual([])
})
