import { expect, test } from 'vitest'
import { isSource, projectFiles } from './rules/files.ts'

/*
 * A file or an object may have been put there by somebody else, or lead to a device or a pipe: `files/read.ts` knows where to end for
 * both.
 */

/** What reads without a bound, with the reason why it may. */
const exceptions: Readonly<Record<string, string>> = {
  'packages/core/src/files/process/proc.ts': 'files of the kernel',
  'packages/core/src/local/machine/strays.ts': 'files of the kernel',
  'packages/core/src/local/usage/cgroup.ts': 'files of the kernel',
  'packages/core/src/local/usage/network.ts': 'files of the kernel',
  'packages/core/src/local/usage/processes.ts': 'files of the kernel',
  'packages/core/src/local/supervisor/main.ts': 'its standard input, which its client writes',
  'packages/core/src/local/jobs/results.ts': 'a stored result, piece by piece, after its size was compared',
  'packages/core/src/local/objects/body.ts': 'a file that was listed as a regular one, piece by piece',
  'packages/core/src/local/python/requirements.ts': 'an archive of ours, piece by piece',
  'packages/cli/src/commands/describe-program.ts': 'standard input of a program that it starts itself',
  'packages/cli/src/commands/init.ts': 'the templates of this package',
  'packages/cli/src/commands/write-files.ts': 'a file of exactly the size of a text in memory',
}

const streamed: Readonly<Record<string, string>> = {
  'packages/core/src/run/lookup/tensorboard/folder.ts': 'files for TensorBoard: appended to a file as they come',
  'packages/core/src/run/resolve/remote.ts': 'unpacked, or written to a file',
  'packages/core/src/run/results/document.ts': 'unpacked up to a limit of its own',
  'packages/core/src/run/results/download.ts': 'unpacked, or written to a file',
  'packages/core/src/run/results/typed-result.ts': 'unpacked up to a limit of its own',
  'packages/core/src/run/report/code/code-changes.ts': 'unpacked up to a limit of its own',
  'packages/core/src/run/state.ts': 'sent on as a stream',
  'packages/core/src/run/tracking/log-run.ts': 'sent on as a stream',
  'packages/core/src/sync/download.ts': 'written to a file',
}

const isOfUs = (path: string): boolean =>
  isSource(path) && !path.startsWith('packages/worker-toolkit/') && !path.startsWith('packages/core/src/testing/')

const readsFiles = (text: string): boolean => /^(?!\s*(\*|\/\/)).*\b(readFile|readFileSync|createReadStream)\(/m.test(text)
const readsObjects = (text: string): boolean => /(?<!readAtMost\()\b(platform|context|objects)\.read\(/.test(text)

const sources = projectFiles(isOfUs)
const pathsWhere = (reads: (text: string) => boolean): readonly string[] =>
  sources.filter(({ text }) => reads(text)).map(({ path }) => path)

test('files are read by the one function that refuses devices, pipes and what is too large', () => {
  expect(pathsWhere(readsFiles)).toEqual(Object.keys(exceptions).toSorted())
})

test('objects are held in memory only up to a bound', () => {
  expect(pathsWhere(readsObjects)).toEqual(Object.keys(streamed).toSorted())
})

test('such a reading is seen', () => {
  expect(readsFiles("const a = await readFile('x', 'utf8')")).toBe(true)
  expect(readsFiles("return JSON.parse(readFileSync(path, 'utf8'))")).toBe(true)
  expect(readsFiles("import { readFileSync } from 'node:fs'")).toBe(false)
  expect(readsObjects('for await (const chunk of objects.read(uri, options)) chunks.push(chunk)')).toBe(true)
  expect(readsObjects('await readAtMost(objects.read(uri, options), most)')).toBe(false)
})
