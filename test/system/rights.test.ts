import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { lacking } from '../support/prerequisites.ts'
import { sandbox, type Sandbox } from './sandbox.ts'

const runTasks = fileURLToPath(new URL('programs/run-tasks.ts', import.meta.url))

const namesIn = (place: Sandbox): readonly string[] => {
  const [archive = ''] = place.objects().filter((path) => path.endsWith('model.tar.gz'))
  return execFileSync('tar', ['-tzf', join(place.root, 's3', archive)], { encoding: 'utf8' })
    .trim()
    .split('\n')
}

// The superuser may read everything: this runs as somebody else.
test.skipIf(lacking('tar'))(
  'what a program took the rights of is stored all the same, and nothing of its machine stays, however deep',
  { timeout: 60_000 },
  async () => {
    await using place = sandbox()
    const lines = [
      'cd $SM_MODEL_DIR; mkdir -p closed/e readonly/e; echo x >closed/e/m; echo x >readonly/e/m',
      'chmod 400 readonly/e/m; chmod 500 readonly/e readonly; chmod 000 closed/e/m closed/e closed .',
      'echo s >$SSM_INSTANCE_STATE/s; chmod 000 $SSM_INSTANCE_STATE/s $SSM_INSTANCE_STATE',
      'cd $TMPDIR; n=$(printf "%0200d" 1); for i in $(seq 40); do mkdir $n && cd $n || exit; done; chmod 000 .',
    ]
    const program = place.startAsNobody(runTasks, 'p', 't', lines.join('; '))
    expect(await program.ended).toMatchObject({ end: 0 })
    expect(namesIn(place)).toEqual(['closed/e/m', 'readonly/e/m'])
    expect(place.objects().filter((path) => path.includes('/state/'))).toHaveLength(1)
    expect(await place.leftovers()).toEqual([])
  },
)
