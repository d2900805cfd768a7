/** A project of so many tasks in a chain, each reading the one before it, that came to know them in one of three ways. */
export function largeProject(tasks: number, how: 'add' | 'list' | 'object' = 'add'): string {
  const one = (index: number): string =>
    `const t${index} = ex.task('t${index}').code('t.py').instances('ml.m5.large', 2).spot().maxRun('2 hours').hyperparameters({ a: ${index} })` +
    (index === 0 ? '' : `.input.from(t${index - 1}.output('model'))`)
  const numbers = Array.from({ length: tasks }, (_, index) => index)
  const end = Math.ceil(tasks / 100) * 100
  const names = numbers.map((index) => `t${index}`)
  const known = {
    // A hundred in a statement: the compiler needs stack for each call of a chain, and how much differs from run to run.
    add: numbers
      .filter((index) => index % 100 === 0)
      .map(
        (from) =>
          `const known${from + 100} = known${from}${names
            .slice(from, from + 100)
            .map((name) => `.add(${name})`)
            .join('')}`,
      ),
    list: [`const known${end} = known0.addAll([${names.join(', ')}])`],
    object: [`const known${end} = known0.addAll({ ${names.join(', ')} })`],
  }
  return [
    `import { project } from '@simple-sagemaker/core'`,
    `const ex = project('ex')`,
    ...numbers.map(one),
    'const known0 = ex',
    ...known[how],
    `export const all = known${end}`,
    `all.task('eval').code('e.py').input.fromTask('t${tasks - 1}', 'model')`,
    '',
  ].join('\n')
}
