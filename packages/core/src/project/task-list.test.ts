import fc from 'fast-check'
import { expect, test } from 'vitest'
import { taskOf } from '../../../../test/support/tasks.ts'
import { TaskList } from './task-list.ts'

test('whatever lists are made from which: each has its own tasks, in order, and no others', () => {
  const steps = fc.array(fc.record({ from: fc.nat(), name: fc.constantFrom('a', 'b', 'c', 'd', 'e') }), { maxLength: 40 })
  fc.assert(
    fc.property(steps, (made) => {
      const lists: { readonly list: TaskList; readonly names: readonly string[] }[] = [{ list: new TaskList(), names: [] }]
      for (const { from, name } of made) {
        const { list, names } = lists[from % lists.length] ?? { list: new TaskList(), names: [] }
        if (!names.includes(name)) lists.push({ list: list.with({ name, spec: taskOf(name) }), names: [...names, name] })
      }
      for (const { list, names } of lists) {
        expect(list.specs().map(({ task }) => task)).toEqual(names)
        expect(['a', 'b', 'c', 'd', 'e'].filter((name) => list.has(name))).toEqual(names.toSorted())
      }
    }),
  )
})

test('a list of fifty thousand tasks is made one by one at once', () => {
  let list = new TaskList()
  for (let index = 0; index < 50_000; index += 1) list = list.with({ name: `t${index}` })
  expect(list.has('t49999')).toBe(true)
  expect(list.has('t50000')).toBe(false)
})
