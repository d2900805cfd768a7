import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { project } from '../../index.ts'
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
// More interruptions find out the same and cost more; longer steps make figures of times better.
const interruptions = Number(process.env['SSM_REHEARSAL_INTERRUPTIONS'] ?? 3)
const stepSeconds = Number(process.env['SSM_REHEARSAL_STEP'] ?? 0.05)

/** A program of so many steps, which gives the sum of what each did; the pieces say how it keeps its state. */
const programOf = (pieces: {
  readonly before?: string
  readonly load?: string
  readonly each?: string
  /** How long a step takes before its state is kept, in seconds. */
  readonly pause?: number
}): string => `
import json, os, signal, sys, time
notes = open(os.environ["NOTES"], "a", 1)
def note(*words): print(time.time(), *words, file=notes)
def end(*_):
    note("taken")
    os._exit(143)
signal.signal(signal.SIGTERM, end)
note("start")
state = os.path.join(os.environ["SSM_INSTANCE_STATE"], "state.json")
step, total = 0, 0
def save_whole():
    with open(state + ".new", "w") as file: json.dump([step, total], file)
    os.replace(state + ".new", state)
${pieces.before ?? ''}
${pieces.load ?? 'if os.path.exists(state): step, total = json.load(open(state))'}
while step < ${steps}:
    note("step", step)
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
    note("taken")
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

// A right program has its time to save on a busy computer; only one that does not listen waits for the end of it.
const graceOf = (fault: string | undefined) => (fault === 'ignores SIGTERM' ? '1 second' : '30 seconds')

interface Seen {
  readonly found: Rehearsal
  /** Work that was done twice, by the program's own notes. */
  readonly doneTwiceSeconds: number
}

async function rehearsalOf(name: string, text: string, fault: string | undefined): Promise<Seen> {
  const file = join(folder, `${name.replaceAll(' ', '-')}.py`)
  writeFileSync(file, text)
  const found = await project('rehearsal', { platform: 'local' })
    .task('t')
    .code(file)
    .env({ NOTES: `${file}.notes` })
    .rehearse({ interruptions, seed: 262, grace: graceOf(fault) })
  return { found, doneTwiceSeconds: secondsDoneTwice(readFileSync(`${file}.notes`, 'utf8')) }
}

/** The time from the begin of the first step that a later start does again to the moment when the machines were taken away. */
function secondsDoneTwice(notes: string): number {
  const starts = notes
    .trim()
    .split(/^(?=\S+ start$)/m)
    .map((lines) =>
      lines
        .trim()
        .split('\n')
        .map((line) => line.split(' ')),
    )
  const stepsOf = (lines: (typeof starts)[number]) => lines.filter(([, word]) => word === 'step')
  return starts.reduce((sum, lines, index) => {
    const takenAt = lines.find(([, word]) => word === 'taken')?.[0]
    const next = starts.slice(index + 1).flatMap(stepsOf)[0]?.[2]
    const again = stepsOf(lines).find(([, , step]) => Number(step) >= Number(next))?.[0]
    return sum + (takenAt === undefined || again === undefined ? 0 : Number(takenAt) - Number(again))
  }, 0)
}

test.each<readonly [string, string, readonly RehearsalFault[]]>([
  ['goes on', programOf({ pause: 2 * stepSeconds }), []],
  ['begins anew', programOf({ pause: 2 * stepSeconds, load: '' }), ['save not read']],
])(
  'with its state in an archive a program is told by what it prints: it %s',
  { timeout: 540_000 },
  async (name, text, faults) => {
    const file = join(folder, `${name.replaceAll(' ', '-')}.py`)
    writeFileSync(file, text)
    const { faults: found } = await project('rehearsal', { platform: 'local' })
      .task('t')
      .code(file)
      .env({ NOTES: `${file}.notes` })
      .stateArchive()
      .rehearse({ interruptions: 4, seed: 3, grace: '30 seconds' })
    expect(found.map(({ fault }) => fault)).toEqual(faults)
  },
)

test('a program that fails without an interruption is said to, and no log is named that is gone', async () => {
  const file = join(folder, 'fails.py')
  writeFileSync(file, 'raise SystemExit(3)')
  const task = project('rehearsal', { platform: 'local' }).task('t').code(file)
  await expect(task.rehearse({ interruptions: 1 })).rejects.toMatchObject({
    code: 'JOB_FAILED',
    exitCode: 3,
    hint: expect.stringMatching(/^It fails without an interruption\. Call run\(\) on this computer first/) as string,
  })
})

/** For whoever wants to see the figures. */
function figures(name: string, found: Rehearsal, observedSeconds: number): void {
  const file = process.env['SSM_REHEARSAL_FIGURES']
  if (file !== undefined) appendFileSync(file, `${JSON.stringify({ name, observedSeconds, ...found })}\n`)
}

test.each(Object.entries(programs))('a program that %s is told by name', { timeout: 540_000 }, async (name, { text, fault }) => {
  const { found, doneTwiceSeconds } = await rehearsalOf(name, text, fault)
  const observedSeconds = doneTwiceSeconds / found.interruptions
  figures(name, found, observedSeconds)
  expect(found.faults.map((each) => each.fault)).toEqual(fault === undefined ? [] : [fault])
  expect(found.survives).toBe(fault === undefined)
  // Of a few interruptions the mean says little; the definition itself is held by the tests of the verdict.
  if (fault !== undefined || interruptions < 50) return
  expect(Math.abs(found.workLost.meanSeconds - observedSeconds) / observedSeconds).toBeLessThanOrEqual(0.2)
})
