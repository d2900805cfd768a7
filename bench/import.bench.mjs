import { join } from 'node:path'
import process from 'node:process'
import { alternate, timeProgram } from './measure.mjs'

/** What importing the library costs over an empty module. */
export async function bench({ root, runs }) {
  const cwd = join(root, 'examples')
  const start = (text) => timeProgram([process.execPath, '--input-type=module', '-e', text], { cwd })
  const row = async (name, limitMs) => ({
    what: `import ${name}`,
    beside: 'an empty module',
    limitMs,
    ...(await alternate(
      runs,
      () => start(`import '${name}'`),
      () => start(''),
    )),
  })
  return [await row('@simple-sagemaker/core', 20), await row('@simple-sagemaker/worker-toolkit', undefined)]
}
