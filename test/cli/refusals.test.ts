import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ssmInProcess } from './support/in-process.ts'
import { workFolder } from './support/ssm.ts'

test('a folder that the download could not be put into is refused before the job starts', { timeout: 60_000 }, async () => {
  await using folder = await workFolder()
  const ran = join(folder.path, 'ran')
  const shell = (...more: readonly string[]) =>
    ssmInProcess(folder.path, ['shell', '-p', 'ex', '-t', 't', '--cmd', `touch ${ran}`, '-o', 'out', ...more])
  mkdirSync(join(folder.path, 'out/logs'), { recursive: true })
  writeFileSync(join(folder.path, 'out/logs/logs1'), 'mine')
  expect(await shell('--ic', '2')).toMatchObject({
    code: 4,
    stderr: expect.stringContaining('out/logs/logs1 is in the way') as string,
  })
  writeFileSync(join(folder.path, 'out/model'), 'mine')
  expect(await shell('--download_model')).toMatchObject({
    code: 4,
    stderr: expect.stringContaining('out/model is in the way: it is no folder') as string,
  })
  expect(existsSync(ran)).toBe(false)
  expect(await shell()).toMatchObject({ code: 0 })
  const other = await ssmInProcess(folder.path, ['shell', '-p', 'ex', '-t', 'other', '--cmd', 'touch other', '-o', 'out'])
  expect(other).toMatchObject({ code: 4, stderr: expect.stringContaining('holds what the task ex/t left') as string })
  expect((await ssmInProcess(folder.path, ['ps', '-t', 'other', '-p', 'ex', '--json'])).stdout).toContain('"jobs":[]')
})

test('a plan refuses an output folder that the run would refuse, and a file refuses no flag that excludes its default', async () => {
  await using folder = await workFolder()
  writeFileSync(join(folder.path, 'a.txt'), 'mine')
  writeFileSync(join(folder.path, 'ssm.config.json'), '{"defaults": {"maxWait": "30 hours"}}')
  const dry = (...more: readonly string[]) =>
    ssmInProcess(folder.path, ['shell', '-p', 'ex', '-t', 't', '--cmd', 'true', '--dry_run', ...more])
  expect(await dry('-o', 'a.txt')).toMatchObject({ code: 2, stderr: expect.stringContaining('a.txt is a file') as string })
  expect(await dry('--no_spot')).toMatchObject({ code: 0 })
})
