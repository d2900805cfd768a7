import type { ProjectFile } from './files.ts'

/** An example in a docstring: the file and the line (from 1) where it begins, and its text. */
export interface DocstringExample {
  readonly path: string
  readonly line: number
  readonly text: string
}

/** The examples in the docstrings of a source that are programs; those of events are JSON. */
export function examplesIn({ path, text }: ProjectFile): readonly DocstringExample[] {
  return [...text.matchAll(/\/\*\*(?:(?!\*\/)[^])*\*\//g)].flatMap((docstring) =>
    [...docstring[0].matchAll(/@example[ \n]((?:(?!\n\s*\* @|\*\/)[^])*)/g)].flatMap((found) => {
      const line = text.slice(0, docstring.index + found.index).split('\n').length
      const example = (found[1] ?? '').replaceAll(/^\s*\* ?/gm, '').trim()
      return example.startsWith('{ "') ? [] : [{ path, line, text: example }]
    }),
  )
}

/** What the examples take for granted: imports, a project, and tasks of it. */
const known = `
import { choice, instanceType, isSsmError, project, range, Secret } from '@simple-sagemaker/core'
import type { Found, Platform, TaskResult } from '@simple-sagemaker/core'
import { aws } from '@simple-sagemaker/core/aws'
import { local } from '@simple-sagemaker/core/local'
import { assertDownloadable, openTensorboard } from '@simple-sagemaker/core/jobs'
import { platformChecks } from '@simple-sagemaker/core/testing'
import { onStop, saveState, worker } from '@simple-sagemaker/worker-toolkit'
import { printEvents } from '@simple-sagemaker/cli/print'
import * as z from 'zod'

const ex = project('ex')
const task = ex.task('task')
const train = ex.task('train').code('train.py').metric('loss', /loss=(.*)/).metric('accuracy', /accuracy=(.*)/)
const prep = ex.task('prep').code('prep.py')
const clean = ex.processing('clean').code('clean.py')
const next = ex.task('next')
const search = train.search({ lr: range.log(1e-5, 1e-1) })
const Stats = z.object({ words: z.number() })
const Report = Stats
const folds = [1, 2, 3]
declare const error: unknown
declare const result: TaskResult<'model' | 'output', unknown, 'loss'>
declare const found: Found
const embed = ex.task('embed').function(() => import('./work/embed.ts'), 'embed')
const chunks = [['a'], ['b']]
const job = worker()
const epoch = 3
declare const count: (row: unknown) => void
declare const platform: Platform
declare const myPlatform: () => Platform
declare const test: (name: string, options: { readonly skip?: string | undefined }, run: () => Promise<void>) => void
`

/** The module of the function that the examples call. */
export const functionModule = `export const embed = (texts: string[], options: { model: string }): number[][] => texts.map(() => [options.model.length])
`

/** A program around an example, which the compiler can check, and how many of its lines come before the example. */
export function programOf({ text }: DocstringExample): { readonly program: string; readonly before: number } {
  const head = `${known.trimStart()}export async function example(): Promise<void> {\n`
  return { program: `${head}${text}\n}\n`, before: head.split('\n').length - 1 }
}
