import { expect, test } from 'vitest'
import { eventEntries } from '../../scripts/events-page.ts'
import { projectFile } from './rules/files.ts'

const entries = eventEntries()
const guide = projectFile('docs/guides/events.md')?.text ?? ''

test('every event has a page entry that says when it comes, each of its fields, and an example', () => {
  expect(entries.length).toBeGreaterThanOrEqual(15)
  for (const { type, when, fields, example } of entries) {
    expect(guide).toContain(`## ${type}\n\n${when}\n`)
    expect(guide).toContain(example)
    expect(when).toMatch(/^(?:[A-Z]|pip ).*\.$/s)
    for (const { name, what } of fields) expect(what, `${type}.${name}`).toMatch(/^[A-Z`].*[.…]$/s)
  }
})

test('the beginning and the end of a trial have their entries', () => {
  expect(entries.map(({ type }) => type)).toEqual(expect.arrayContaining(['finished', 'trial-started', 'trial-ended']))
})

test('the example of an event is that event, with every field that it always has and no other', () => {
  for (const { type, fields, example } of entries) {
    const shown = JSON.parse(example) as Readonly<Record<string, unknown>>
    // A trial is a task of its own: its name has a digest of its values.
    expect(shown).toMatchObject({ type, task: type.startsWith('trial-') ? 'train-4fzk20q1mx' : 'train' })
    const names = Object.keys(shown).filter((name) => !['type', 'atMs', 'task'].includes(name))
    expect(fields.map(({ name }) => name)).toEqual(expect.arrayContaining(names))
    expect(names).toEqual(expect.arrayContaining(fields.filter(({ isOptional }) => !isOptional).map(({ name }) => name)))
  }
})
