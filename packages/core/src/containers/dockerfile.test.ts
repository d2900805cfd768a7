import { expect, test } from 'vitest'
import { completeDockerfile, isDockerfileText, needsBase, readsContext } from './dockerfile.ts'

const base = '763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch@sha256:1'

test('the placeholder becomes the framework image, and a Dockerfile that names no image gets it on top', () => {
  expect(completeDockerfile('FROM __BASE_IMAGE__ AS a\nRUN x\nFROM __BASE_IMAGE__', base)).toBe(
    `FROM ${base} AS a\nRUN x\nFROM ${base}`,
  )
  expect(completeDockerfile('RUN pip install x', base)).toBe(`FROM ${base}\nRUN pip install x`)
  expect(completeDockerfile('# syntax=docker/dockerfile:1\r\n#escape=`\nRUN x', base)).toBe(
    `# syntax=docker/dockerfile:1\r\n#escape=\`\nFROM ${base}\nRUN x`,
  )
  expect(completeDockerfile('# syntax=a', base)).toBe(`# syntax=a\nFROM ${base}\n`)
  expect(completeDockerfile('ARG V=1\nfrom python:$V', base)).toBe('ARG V=1\nfrom python:$V')
})

test('the framework image is only asked for when it goes into the image', () => {
  for (const text of ['RUN x', 'ARG A=__BASE_IMAGE__\nFROM $A', '# FROM x\nRUN y']) expect(needsBase(text)).toBe(true)
  expect(needsBase('FROM python:3.12')).toBe(false)
  expect(needsBase('# on AWS: FROM __BASE_IMAGE__\n  #__BASE_IMAGE__\r\nFROM python:3.12')).toBe(false)
})

test('the context is read when the Dockerfile copies from it, and only then', () => {
  for (const text of ['COPY a b', ' add x y', 'RUN --mount=type=bind,target=/x ls', 'ONBUILD COPY . .'])
    expect(readsContext(text)).toBe(true)
  expect(readsContext('FROM x\nRUN echo COPY me')).toBe(false)
})

test('a text is told from a path', () => {
  for (const text of ['FROM x', 'run pip install a', '# comment', 'a\nb']) expect(isDockerfileText(text)).toBe(true)
  for (const path of ['docker', './Dockerfile', 'from-here', '/a b/c']) expect(isDockerfileText(path)).toBe(false)
})
