import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { project } from '../../index.ts'
import type { RunEvent } from '../../events/run-event.ts'
import type { Rehearsal, RehearsalFault } from './verdict.ts'

const cacheBefore = process.env['SSM_CACHE_DIR']
const folder = mkdtempSync(join(tmpdir(), 'ssm-rehearse-'))
beforeAll(() => void (process.env['SSM_CACHE_DIR'] = join(folder, 'cache')))
afterAll(() => {
  if (cacheBefore === undefined) delete process.env['SSM_CACHE_DIR']
  else process.env['SSM_CACHE_DIR'] = cacheBefore
  rmSync(folder, { recursive: true, force: true })
})

const steps = 20
const stepSeconds = 0.05

/** A program of so many steps, which gives the sum of what each did; the pieces say how it keeps its state. */
const programOf = (pieces: {
  readonly before?: string
  readonly load?: string
  readonly each?: string
  /** How long a step takes before its state is kept, in seconds. */
  readonly pause?: number
}): string => `
import json, os, signal, sys, time
state = os.path.join(os.environ["SSM_INSTANCE_STATE"], "state.json")
step, total = 0, 0
def save_whole():
    with open(state + ".new", "w") as file: json.dump([step, total], file)
    os.replace(state + ".new", state)
${pieces.before ?? ''}
${pieces.load ?? 'if os.path.exists(state): step, total = json.load(open(state))'}
while step < ${steps}:
    time.sleep(${pieces.pause ?? stepSeconds})
    step, total = step + 1, total + step
    print("step", step, flush=True)
${(pieces.each ?? 'save_whole()')
  .split('\n')
  .map((line) => `    ${line}`)
  .join('\n')}
with open(os.path.join(os.environ["SM_MODEL_DIR"], "model.txt"), "w") as file: file.write(str(total))
`

const saveOnStop = `
def stop(*_):
    save_whole()
    sys.exit(1)
signal.signal(signal.SIGTERM, stop)
`
const programs: Readonly<Record<string, { readonly text: string; readonly fault?: RehearsalFault }>> = {
  'saves every step': { text: programOf({}) },
  'saves every fourth step': { text: programOf({ each: 'if step % 4 == 0: save_whole()' }) },
  'saves when it is told to stop': { text: programOf({ before: saveOnStop, each: 'pass' }) },
  'saves nothing': { text: programOf({ load: '', each: 'pass' }), fault: 'nothing saved' },
  'never reads what it saved': { text: programOf({ load: '' }), fault: 'save not read' },
  'writes its state in place': {
    // Half written nearly all the time, so that no interruption falls between two writes.
    text: programOf({
      pause: stepSeconds / 10,
      each: `file = open(state, "w"); text = json.dumps([step, total]); file.write(text[:2]); file.flush()
time.sleep(${stepSeconds * 2.9})
file.write(text[2:]); file.close()`,
    }),
    fault: 'torn save',
  },
  'forgets a part of its state': {
    text: programOf({ load: 'if os.path.exists(state): step, _ = json.load(open(state))' }),
    fault: 'result differs',
  },
  'goes on after SIGTERM': {
    text: programOf({ before: 'signal.signal(signal.SIGTERM, lambda *_: time.sleep(600))' }),
    fault: 'ignores SIGTERM',
  },
}

// More of them find out the same and cost more.
const interruptions = Number(process.env['SSM_REHEARSAL_INTERRUPTIONS'] ?? 3)

// A right program has its time to save on a busy computer; only one that does not listen waits for the end of it.
const graceOf = (fault: string | undefined) => (fault === 'ignores SIGTERM' ? '1 second' : '30 seconds')

async function rehearsalOf(
  name: string,
  { text, fault }: { readonly text: string; readonly fault?: string | undefined },
  onEvent: (event: RunEvent) => void = () => undefined,
): Promise<Rehearsal> {
  const file = join(folder, `${name.replaceAll(' ', '-')}.py`)
  writeFileSync(file, text)
  return project('rehearsal', { platform: 'local' })
    .task('t')
    .code(file)
    .rehearse({ interruptions, seed: 262, grace: graceOf(fault), onEvent })
}

/** For whoever wants to see the figures; the test rests on none of them. */
function figures(name: string, found: Rehearsal, doneTwice: number): void {
  const file = process.env['SSM_REHEARSAL_FIGURES']
  if (file !== undefined)
    appendFileSync(file, `${JSON.stringify({ name, ...found, doneTwice: doneTwice / found.interruptions })}\n`)
}

/** How much work was done twice, by the program's own log: the time of every step that a later start did again. */
function secondsDoneTwice(events: readonly RunEvent[]): number {
  let lost = 0
  let job = ''
  let done = new Map<number, number>()
  let beforeMs = 0
  for (const event of events) {
    if (event.type === 'submitted') [job, done, beforeMs] = [event.job.name, new Map(), 0]
    if (event.type !== 'logged' || event.job !== job) continue
    const step = Number(/^step (\d+)$/.exec(event.line.text)?.[1])
    if (Number.isNaN(step)) continue
    if (done.has(step)) lost += done.get(step) ?? 0
    // The first step after a start is no longer than the others.
    done.set(step, Math.min(stepSeconds * 1.5, beforeMs === 0 ? stepSeconds : (event.line.atMs - beforeMs) / 1_000))
    beforeMs = event.line.atMs
  }
  return lost
}

test.each(Object.entries(programs))('a program that %s is told by name', { timeout: 240_000 }, async (name, { text, fault }) => {
  const events: RunEvent[] = []
  const found = await rehearsalOf(name, { text, fault }, (event) => events.push(event))
  figures(name, found, secondsDoneTwice(events))
  expect(found.faults.map((each) => each.fault)).toEqual(fault === undefined ? [] : [fault])
  expect(found.survives).toBe(fault === undefined)
})
