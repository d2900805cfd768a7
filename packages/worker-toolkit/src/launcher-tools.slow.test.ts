import { execFileSync } from 'node:child_process'
import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Machine, shells, twoMachines, whereIs, type Layout } from '../test/machine.ts'
import { lacking } from '../../../test/support/prerequisites.ts'

// What an image may lack. Shells have test, printf, read and kill themselves.
const tools =
  'sha256sum tar gzip mkdir rm mv cp chmod ln cat mkfifo tee tail head sleep find tr iconv df nproc getconf grep sed getent ps'.split(
    ' ',
  )

// busybox runs its own tools although they are in no PATH.
const shell = shells.find(({ here, name }) => here && name !== 'busybox sh') ?? shells[0]

/** The machine whose image has all of these tools but one. */
async function without(tool: string, layout: Layout, prepare: (machine: Machine) => void = () => undefined) {
  const machine = new Machine(layout)
  machine.put('/opt/ml/output/.keep', '')
  prepare(machine)
  const bin = join(machine.root, 'few')
  mkdirSync(bin)
  for (const each of ['sh', ...tools])
    if (each !== tool && lacking(each) === undefined) symlinkSync(whereIs(each), join(bin, each))
  const [program = '', ...options] = shell?.argv ?? []
  const ended = await machine.run([whereIs(program), ...options], { PATH: bin })
  return { ...ended, machine, failure: machine.failure(), words: ended.stderr.toString() }
}

const line = (text: string, more: Partial<Layout> = {}): Layout => ({ run: 'line', argv: [text], ...more })

/** The job worked, or said what its image lacks. */
function expectWorked(tool: string, { code, failure, words }: Awaited<ReturnType<typeof without>>, expected: number): void {
  const said = code === 127 ? failure : undefined
  if (code === 127)
    expect(said).toMatch(
      tool === 'sha256sum'
        ? /^none of sha256sum, .* Add coreutils/
        : new RegExp(`^${tool} is not in the image, and .*Dockerfile`),
    )
  else expect([tool, code]).toEqual([tool, expected])
  // No word of the shell about a program that it did not find.
  expect([tool, words.split('\n').filter((each) => /not found/.test(each))]).toEqual([tool, []])
}

const needed = ['sha256sum', 'tar', 'gzip', 'mkdir']

test.each(tools)('an image without %s runs a job and tells why it failed, or says what is missing', async (tool) => {
  const works = await without(tool, line('echo good'))
  expectWorked(tool, works, 0)
  expect([works.code === 127, works.stdout.toString()]).toEqual(needed.includes(tool) ? [true, ''] : [false, 'good\n'])
  if (needed.includes(tool)) return
  const fails = await without(tool, line('echo "ValueError: no" >&2; exit 3', { kind: 'processing' }))
  expectWorked(tool, fails, 3)
  expect(fails.machine.read('/opt/ml/output/message')).toMatch(/^exit code 3 on algo-1/)
})

test.each(['rm', 'mv', 'cp', 'chmod', 'find', 'head', 'cat'])(
  'an image without %s unpacks channels and state, or says what is missing',
  async (tool) => {
    const channel = line(
      'cat "$SSM_MACHINE_ROOT/opt/ml/input/data/m/w" || while read -r l; do echo "$l"; done <"$SSM_MACHINE_ROOT/opt/ml/input/data/m/w"',
      {
        settings: "ssm_unpack='/opt/ml/input/data/m'",
      },
    )
    const packed = (machine: Machine): void => {
      machine.put('/from/w', 'weights\n')
      machine.put('/opt/ml/input/data/m/.keep', '')
      execFileSync('tar', ['-czf', join(machine.root, 'opt/ml/input/data/m/model.tar.gz'), '-C', join(machine.root, 'from'), 'w'])
    }
    const unpacked = await without(
      tool,
      { ...channel, argv: ['while read -r l; do echo "$l"; done <"$SSM_MACHINE_ROOT/opt/ml/input/data/m/w"'] },
      packed,
    )
    expectWorked(tool, unpacked, 0)
    if (unpacked.code === 0) expect(unpacked.stdout.toString()).toBe('weights\n')
    const kept = await without(tool, { kind: 'processing', ...line('true') }, (machine) =>
      machine.put('/opt/ml/processing/state_prev/a', 'x'),
    )
    expectWorked(tool, kept, 0)
  },
)

test('machines of an image that cannot look for names say so once, and do not wait', async () => {
  const ended = await without('getent', line('echo good', { resources: twoMachines, settings: 'ssm_wait_for_machines=900' }))
  expect([ended.stdout.toString(), ended.words.match(/neither getent nor python3 is in the image/g)?.length]).toEqual([
    'good\n',
    1,
  ])
})
