import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { workFolder } from '../support/ssm.ts'

const core = fileURLToPath(new URL('../../../packages/core', import.meta.url))
const modules = fileURLToPath(new URL('../../node_modules', import.meta.url))

/** A folder with a program, and the packages it imports. */
export async function programFolder(
  text: string,
  packages: readonly string[] = ['zod', 'valibot'],
): Promise<Awaited<ReturnType<typeof workFolder>>> {
  const folder = await workFolder()
  for (const scope of ['@simple-sagemaker', '@valibot']) mkdirSync(join(folder.path, 'node_modules', scope), { recursive: true })
  symlinkSync(core, join(folder.path, 'node_modules/@simple-sagemaker/core'))
  for (const name of packages) symlinkSync(join(modules, name), join(folder.path, 'node_modules', name))
  writeFileSync(join(folder.path, 'package.json'), '{"type": "module"}')
  writeFileSync(join(folder.path, 'main.ts'), text)
  return folder
}

/** A program with a task whose result has this schema. */
export const program = (result: string): string => `import { project } from '@simple-sagemaker/core'
import { z } from 'zod'
const ex = project('ex', { platform: 'local' })
export const train = ex.task('train').code('w.py').input.local('./data', { channel: 'words' })
  .hyperparameterSchema(z.object({ lr: z.number(), mode: z.enum(['a', 'b']).default('a') })).resultSchema(${result})
export default ex.add(train)
`
