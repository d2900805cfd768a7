import { join } from 'node:path'
import { expect, test } from 'vitest'
import { sandbox } from './sandbox.ts'

const runTasks = join(import.meta.dirname, 'programs/run-tasks.ts')
const names = Array.from({ length: 20 }, (_, index) => `t${index + 1}`)

test(
  '20 tasks started at once from one program all end right, and nothing is left of them but their jobs',
  { timeout: 120_000 },
  async () => {
    await using place = sandbox()
    const project = place.project('many')
    const line = 'echo "$SM_HP_NUMBER" > "$SM_OUTPUT_DATA_DIR/number"; echo "this is $SM_HP_NUMBER"'
    const results = await Promise.all(
      names.map((name, number) => project.task(name).shell(line).hyperparameters({ number }).run()),
    )
    expect(new Set(results.map(({ job }) => job)).size).toBe(20)
    for (const [number, result] of results.entries()) {
      const lines: string[] = []
      for await (const { text } of result.logs()) lines.push(text)
      expect(lines).toEqual([`this is ${number}`])
    }
    const open = (): readonly string[] => process.getActiveResourcesInfo().filter((name) => /^(FSEvent|Process)Wrap$/.test(name))
    // What is closed is gone a turn of the loop later.
    await expect.poll(open).toEqual([])
    expect(await place.leftovers()).toEqual([])
  },
)

test(
  '20 tasks started at once from each of 4 processes are 20 jobs, and every process gets every result',
  { timeout: 180_000 },
  async () => {
    await using place = sandbox()
    const programs = Array.from({ length: 4 }, () => place.start(runTasks, 'many', names.join(','), 'echo done'))
    for (const program of programs) expect(await program.ended).toMatchObject({ end: 0 })
    const answers = programs.flatMap((program) => program.answers())
    expect(answers).toHaveLength(80)
    for (const name of names) {
      const jobs = answers.flatMap(({ task, job }) => (task === name ? [job] : []))
      expect(new Set(jobs).size).toBe(1)
      expect(place.jobs(name)).toEqual([jobs[0]])
    }
    expect(answers.filter(({ decided }) => decided === 'start')).toHaveLength(20)
    expect(await place.leftovers()).toEqual([])
  },
)
