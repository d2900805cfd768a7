import { expect, test } from 'vitest'
import { markersOf, platformsOf, targetOf } from './target.ts'

const file = 'requirements.txt'
const image = '763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-training:2.8.0-cpu-py312'

test('the name of an image says for which Python its wheels are, unless it was given', () => {
  expect(targetOf({ file }, image, undefined).python).toBe('3.12')
  expect(targetOf({ file, python: '3.9' }, image, undefined).python).toBe('3.9')
  expect(targetOf({ file }, 'mine:1', 'py310').python).toBe('3.10')
  expect(targetOf({ file }, 'tensorflow-training:2.1-gpu-py37', undefined).platforms).toContain('manylinux_2_17_x86_64')
})

test('an image that does not say its Python is refused with what to write', () => {
  expect(() => targetOf({ file }, 'sklearn:1.2-1-cpu-py3', undefined)).toThrow(
    expect.objectContaining({ code: 'TASK_INVALID', hint: expect.stringContaining("{ python: '3.10' }") as string }) as Error,
  )
})

test('wheels of older platforms run on a newer one, and never those of a newer one', () => {
  const platforms = platformsOf('manylinux_2_28_x86_64')
  expect(platforms[0]).toBe('manylinux_2_28_x86_64')
  expect(platforms).toEqual(
    expect.arrayContaining(['manylinux_2_17_x86_64', 'manylinux2014_x86_64', 'manylinux1_x86_64', 'linux_x86_64']),
  )
  expect(platformsOf('manylinux2014_aarch64')).not.toContain('manylinux_2_18_aarch64')
  expect(platformsOf('macosx_11_0_arm64')).toEqual(['macosx_11_0_arm64'])
})

test('markers are those of the machine, not of this computer', () => {
  expect(markersOf({ python: '3.12', platforms: ['manylinux2014_aarch64'] })).toMatchObject({
    python_version: '3.12',
    sys_platform: 'linux',
    platform_machine: 'aarch64',
  })
})
