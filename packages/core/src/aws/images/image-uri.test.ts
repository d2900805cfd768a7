import { expect, test } from 'vitest'
import { checkedUri } from './image-uri.ts'

const region = 'eu-west-1'

test('images in ECR of the region are taken, those of another network with a doubt', () => {
  for (const host of ['dkr.ecr.eu-west-1.amazonaws.com', 'dkr.ecr-fips.eu-west-1.amazonaws.com', 'dkr-ecr.eu-west-1.on.aws'])
    expect(checkedUri(`111122223333.${host}/mine@sha256:${'a'.repeat(64)}`, region)).toBeUndefined()
  expect(checkedUri('111122223333.dkr.ecr.cn-north-1.amazonaws.com.cn/mine:1', 'cn-north-1')).toBeUndefined()
  expect(checkedUri('registry.example.com:5000/mine:1', region)).toMatch(/registry in your own network/)
})

test.each([
  ['python:3.12', /cannot pull python:3\.12: it takes images from ECR/],
  ['library/python', /cannot pull/],
  ['docker.io/library/python:3.12', /cannot pull/],
  ['public.ecr.aws/docker/library/python:3.12', /cannot pull/],
  ['ghcr.io/me/mine:1', /cannot pull/],
  ['111122223333.dkr.ecr.us-east-1.amazonaws.com/mine:1', /is in us-east-1, and the jobs are in eu-west-1/],
  ['', /not an image URI/],
  ['a b', /not an image URI/],
])('the image %j is refused before anything is sent', (uri, problem) => {
  expect(() => checkedUri(uri, region)).toThrow(problem)
})
