import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { local } from '../../local/index.ts'
import { listJobs } from './projects.ts'

test('listing jobs gives none where nothing is stored, and refuses what cannot be a name before it looks', async () => {
  const root = await mkdtemp(join(tmpdir(), 'ssm-list-'))
  onTestFinished(() => rm(root, { recursive: true }))
  await using platform = local({ root })
  for await (const job of listJobs('ex', 'train', { platform })) expect.fail(job.name)
  for (const [project, task] of [
    ['no/name', 'train'],
    ['ex', '../train'],
  ] as const)
    await expect(listJobs(project, task, { platform }).next()).rejects.toMatchObject({ code: 'NAME_INVALID' })
})
