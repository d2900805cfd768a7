import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { sandbox, ownCache, timeout } from './flow.ts'

ownCache()

test('a job whose client was killed before it began is joined, and then made anew', { timeout }, async () => {
  await using place = sandbox()
  const task = place.project('p').task('t').shell('echo ran')
  const first = await task.run()
  const path = join(place.root, 'jobs', first.job, 'state.json')
  const { endedAtMs: _ended, startedAtMs: _started, ...state } = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>
  const owner = String(state['owner']).replace(/^\d+\.[^@]*/, '999999.gone')
  const abandoned = { status: 'in-progress', phase: 'Starting', phases: [], owner, ownerIs: 'starter', createdAtMs: Date.now() }
  writeFileSync(path, JSON.stringify({ ...state, ...abandoned }))
  const decisions: string[] = []
  const result = await task.run({ onEvent: (event) => event.type === 'decided' && decisions.push(event.decision.kind) })
  expect(decisions).toEqual(['join', 'start'])
  expect(result.job).not.toBe(first.job)
})
