import { expect, test } from 'vitest'
import type { Compiled } from '../../support/compiler.ts'

const head = `import { choice, project, range } from '@simple-sagemaker/core'
import * as v from 'valibot'
const plain = project('ex').task('train').code('train.py')
const train = plain.metric('loss', /loss=([-+.0-9eE]+)/)
const schema = v.object({ lr: v.number(), mode: v.picklist(['a', 'b']) })
const typed = plain.hyperparameterSchema(schema).metric('loss', /loss=([-+.0-9eE]+)/)
const search = train.search({ lr: range.log(1e-5, 1e-1) })
declare const count: number
declare const text: string
declare const list: { readonly lr: number }[]
`

/** A line that does not compile, and the sentence that the compiler says. */
const mistakes: readonly (readonly [line: string, sentence: string])[] = [
  [
    "search.minimize('los')",
    "'los' is no metric of this task, which has 'loss': set it with .metric('los', /los=([-+.0-9eE]+)/)",
  ],
  [
    "plain.search({ lr: range.log(1e-5, 1e-1) }).maximize('acc')",
    "say first how it is found: .metric('acc', /acc=([-+.0-9eE]+)/)",
  ],
  ['typed.search({ rate: range.log(1e-5, 1e-1) })', "the task has no hyperparameter 'rate' in its schema"],
  ["typed.search({ lr: choice('high', 'low') })", "hyperparameter 'lr' takes other values by its schema"],
  ["typed.search({ mode: choice('a', 'c') })", "hyperparameter 'mode' takes other values by its schema"],
  ['typed.search({ mode: range.int(1, 2) })', "hyperparameter 'mode' takes other values by its schema"],
  ["typed.variants([{ lr: 'high' }])", "hyperparameter 'lr' takes other values by its schema"],
  ['typed.variants([{ rate: 1 }])', "the task has no hyperparameter 'rate' in its schema"],
  ['range.float(1, 0)', 'the range is empty: write range.float(lower, higher), not (1, 0)'],
  ['range.float(0.5, 0.5)', 'the range is empty: write range.float(lower, higher), not (0.5, 0.5)'],
  ['range.float(0.35, 0.125)', 'the range is empty: write range.float(lower, higher), not (0.35, 0.125)'],
  ['range.int(10, 9)', 'the range is empty: write range.int(lower, higher), not (10, 9)'],
  ['range.int(-1, -2)', 'the range is empty: write range.int(lower, higher), not (-1, -2)'],
  ['range.log(0, 1)', 'range.log() needs bounds above 0: use range.float()'],
  ['range.log(0.1, 0.01)', 'the range is empty: write range.log(lower, higher), not (0.1, 0.01)'],
  ['range.log(0.1, 1e-7)', 'the range is empty: write range.log(lower, higher), not (0.1, 1e-7)'],
  ['range.log(1e-7, 1e-9)', 'the range is empty: write range.log(lower, higher), not (1e-7, 1e-9)'],
  ['range.float(1e-8, 1e-8)', 'the range is empty: write range.float(lower, higher), not (1e-8, 1e-8)'],
  ['range.float(1e-8, 0)', 'the range is empty: write range.float(lower, higher), not (1e-8, 0)'],
  ['train.variants([{ lr: 1 }, { lr: 2 }]).parallel(3)', 'more variants at once than there are: write .parallel() smaller'],
  ['choice()', 'Expected at least 1 arguments'],
  ['search.trials(8).parallel(40)', 'more trials at once than there are trials: write .trials() larger or .parallel() smaller'],
  ['search.parallel(16).trials(8)', 'more trials at once than there are trials: write .trials() larger or .parallel() smaller'],
  [
    "search.minimize('loss').parallel(25).run()",
    'there are 20 trials unless .trials() says it: write .trials() larger or .parallel() smaller',
  ],
  [
    "search.parallel(21).minimize('loss').start()",
    'there are 20 trials unless .trials() says it: write .trials() larger or .parallel() smaller',
  ],
  ["search.within('6h')", "write it as '6 hours'"],
  ["search.by('magic')", `Argument of type '"magic"' is not assignable`],
  ['search.run()', "say first what is good: .minimize('loss') or .maximize('accuracy')"],
]

const fine = [
  "search.minimize('loss').trials(40).parallel(8).within('6 hours').stopEarly().run()",
  "search.minimize('loss').parallel(9).trials(10).parallel(10).start()",
  "search.minimize('loss').trials(count).parallel(40).run()",
  "search.minimize('loss').trials(40).parallel(count).run()",
  'search.minimize(text).run()',
  "search.minimize('loss').parallel(20).run()",
  "search.minimize('loss').parallel(25).trials(30).run()",
  "search.parallel(25).trials(count).minimize('loss').start()",
  'range.float(-1, 0)',
  'range.float(-1, -0.5)',
  'range.float(0.05, 0.5)',
  'range.float(0.5, 0.55)',
  'range.int(9, 10)',
  'range.log(1e-7, 1e-1)',
  'range.log(1e-9, 1e-7)',
  'range.float(0, 1e-7)',
  'range.float(-1, 1e-7)',
  'range.float(2e-7, 3e-7)',
  'range.log(1e-7, 1e21)',
  'range.float(count, 0)',
  'train.variants([{ lr: 1 }, { lr: 2 }]).parallel(2)',
  'train.variants([{ lr: 1 }, { lr: 2 }]).parallel(count)',
  'train.variants(list).parallel(9)',
  "typed.search({ lr: range.log(1e-5, 1e-1), mode: choice('a', 'b') }).minimize('loss').run()",
  "typed.search({ mode: choice('a') }).minimize('loss').run()",
  "typed.variants([{ lr: 1 }, { mode: 'a' }]).run()",
]

/** What users write of searches, right and wrong. */
export const searchFiles: Readonly<Record<string, string>> = {
  'search-mistakes.ts': `${head}${mistakes.map(([line]) => `void ${line}`).join('\n')}\n`,
  'search-fine.ts': `${head}${fine.map((line) => `void ${line}`).join('\n')}\n`,
  'search-found.ts': `${head}
const found = await search.minimize('loss').run()
const { lr } = found.best.hyperparameters
const { optimizer } = (await train.search({ optimizer: choice('adam', 'sgd'), size: choice(1, 2) }).minimize('loss').run()).best.hyperparameters
const next = project('ex').task('next').code('next.py').input.from(found.best.outputs.model)
const [first, second] = (await train.variants([{ a: 1 }, { b: 'x' }]).run()).results
const one = second.hyperparameters.b
const trial = found.trials[0]?.hyperparameters.lr
const loss = found.best.metrics.loss
`,
}
const headLines = head.split('\n').length - 1

/** Registers the tests of these files, which are compiled with others: checking core's types is most of what a program costs. */
export function searchTests(compiled: () => Compiled): void {
  test('what is wrong with a search does not compile, and the compiler says what to do', { timeout: 120_000 }, () => {
    const problems = compiled().problems('search-mistakes.ts')
    expect(
      mistakes.map(([line, sentence], index) => {
        const messages = problems.filter((problem) => problem.line === headLines + index).map(({ message }) => message)
        return messages.some((message) => message.includes(sentence)) ? line : `${line}: ${messages.join(' | ')}`
      }),
    ).toEqual(mistakes.map(([line]) => line))
  })

  test('what is right, or only known at run time, compiles', () => {
    expect(compiled().problems('search-fine.ts')).toEqual([])
  })

  test('what was found is typed by what was searched', () => {
    expect(compiled().problems('search-found.ts')).toEqual([])
    expect(compiled().hover('search-found.ts', 'lr }')).toContain('number')
    expect(compiled().hover('search-found.ts', 'optimizer } =')).toContain('"adam" | "sgd"')
    expect(compiled().hover('search-found.ts', 'one =')).toContain('"x"')
    expect(compiled().hover('search-found.ts', 'trial =')).toContain('number | undefined')
    expect(compiled().hover('search-found.ts', 'next =')).toContain('channel model')
  })
}
