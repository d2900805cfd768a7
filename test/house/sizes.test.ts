import { expect, test } from 'vitest'
import { isSource, projectFiles } from './rules/files.ts'
import { budget, folderProblems, idleExceptions, lengthProblems, type Exceptions } from './rules/sizes.ts'

// What may be larger, each with its reason. `path#name` stands for a function.
const exceptions: Exceptions = {
  'packages/core/src/project/grammar/tasks.ts':
    'a method gives the task it belongs to in its next state: the types refer to each other',
  'packages/core/src/events/run-event.ts': 'one union: each event with its fields and the example that the guide shows',
  'packages/core/src/errors/codes.ts': 'one table: each code with the texts that its page shows',
  'packages/core/src/platform/sagemaker-requests.ts': 'printed from the SDK: a type for each part of a request',
}

const sources = projectFiles(isSource)

test('every file and every function stays within its budget of lines', () => {
  expect(sources.flatMap((file) => lengthProblems(file, exceptions))).toEqual([])
})

test('every folder stays within its budget of files', () => {
  expect(
    folderProblems(
      sources.map(({ path }) => path),
      exceptions,
    ),
  ).toEqual([])
})

test('every exception is still needed', () => {
  expect(idleExceptions(exceptions, sources)).toEqual([])
})

const lines = (count: number): string => 'x()\n'.repeat(count)

test('a long file, a long function and a full folder are seen', () => {
  expect(lengthProblems({ path: 'a.ts', text: lines(budget.file) })).toEqual([])
  expect(lengthProblems({ path: 'a.ts', text: lines(budget.file + 1) })).toEqual(['a.ts has 251 lines'])
  const example = `/**\n * What it does.\n *\n * @example x()\n */\n`
  expect(lengthProblems({ path: 'a.ts', text: example + lines(budget.file - 3) })).toEqual([])
  expect(lengthProblems({ path: 'a.ts', text: `function f() {\n${lines(38)}}` })).toEqual([])
  expect(lengthProblems({ path: 'a.ts', text: `function f() {\n${lines(39)}}` })).toEqual(['a.ts#f has 41 lines'])
  expect(lengthProblems({ path: 'a.ts', text: `const g = () => {\n${lines(39)}}` })).toEqual(['a.ts#g has 41 lines'])
  expect(lengthProblems({ path: 'a.ts', text: `class A { m() {\n${lines(39)}} }` })).toEqual(['a.ts#m has 41 lines'])
  expect(lengthProblems({ path: 'a.ts', text: `function f() {\n${lines(39)}}` }, { 'a.ts#f': 'a table' })).toEqual([])
  const full = Array.from({ length: budget.folder + 1 }, (_, index) => `src/a/${index}.ts`)
  expect(folderProblems(full)).toEqual(['src/a has 13 files'])
  expect(folderProblems(full.slice(1))).toEqual([])
  expect(idleExceptions({ 'a.ts': 'was long' }, [{ path: 'a.ts', text: 'x()' }])).toEqual(['a.ts'])
})
