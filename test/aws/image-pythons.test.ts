import { isSsmError } from '@simple-sagemaker/core'
import { expect, test } from 'vitest'
import { frameworkImages } from '../../packages/core/src/aws/images/catalog/catalog.ts'
import { targetOf } from '../../packages/core/src/wheels/index.ts'

function pythonOf(uri: string): string | undefined {
  try {
    return targetOf({ file: 'requirements.txt' }, uri, undefined).python
  } catch (cause) {
    if (isSsmError(cause, 'TASK_INVALID')) return undefined
    throw cause
  }
}

/** The Python for which packages are made for each image of the catalogue; `undefined` where it has to be given. */
const rows = frameworkImages.flatMap(({ framework, version, python, repository, tags, patchedUntil }) =>
  Object.values(tags).map((tag) => {
    const uri = `763104351884.dkr.ecr.us-east-1.amazonaws.com/${repository}:${tag}`
    return { image: `${framework} ${version}`, python, patchedUntil, found: pythonOf(uri) }
  }),
)

test('packages are made for the Python that the catalogue has for an image', () => {
  const told = rows.filter(({ python }) => python !== 'py3')
  expect(told.map(({ image, found }) => [image, found])).toEqual(
    told.map(({ image, python }) => [image, python.replace(/^py3/, '3.')]),
  )
  // By the build files of these images.
  for (const [image, expected] of [
    ['xgboost 3.2-0', '3.12'],
    ['xgboost 3.0-5', '3.10'],
  ])
    expect(rows.find((row) => row.image === image)?.found).toBe(expected)
})

test('the images whose Python is not known, so that it has to be given, are those that are no longer patched', () => {
  const unknown = new Set(rows.filter(({ found }) => found === undefined).map(({ image }) => image))
  const versions = (framework: string): string =>
    [...unknown].flatMap((image) => (image.startsWith(`${framework} `) ? [image.slice(framework.length + 1)] : [])).join(' ')
  expect(versions('pytorch')).toBe('1.8.1 1.8.0 1.7.1 1.6.0 1.5.0 1.4.0 1.3.1 1.2.0 1.1.0 1.0.0')
  expect(versions('tensorflow')).toBe('2.1.3 2.1.2 2.1.1 2.1.0 2.0.4 2.0.3 2.0.2 2.0.1 1.15.5 1.14.0 1.12.0 1.11.0')
  expect(versions('mxnet')).toBe('1.7.0 1.6.0 1.4.1')
  expect(versions('sklearn')).toBe('1.4-2 1.2-1 1.0-1 0.23-1 0.20.0')
  expect(versions('xgboost')).toBe('1.7-1 1.5-1 1.3-1 1.2-2 1.2-1 1.0-1 0.90-2 0.90-1')
  expect(unknown.size).toBe(38)
  const patched = rows.filter(
    ({ image, python, patchedUntil }) => python === 'py3' && unknown.has(image) && patchedUntil !== '2025-12-31',
  )
  expect(patched).toEqual([])
})
