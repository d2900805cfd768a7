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

/** How the job went: that it worked, or that it said what its image lacks. */
function told(tool: string, { code, failure = '', words, stdout }: Awaited<ReturnType<typeof without>>): string {
  const missing =
    tool === 'sha256sum' ? /^none of sha256sum, .* Add coreutils/ : new RegExp(`^${tool} is not in the image, and .*Dockerfile`)
  // No word of the shell about a program that it did not find.
  if (/not found/.test(words)) return words
  return code === 127 && missing.test(failure) ? `says that ${tool} is missing` : `ended with ${code}: ${stdout.toString()}`
}

const needed = ['sha256sum', 'tar', 'gzip', 'mkdir']

test.each(tools.filter((tool) => !needed.includes(tool)))(
  'an image without %s runs a job, and tells why it failed',
  async (tool) => {
    expect(told(tool, await without(tool, line('echo good')))).toBe('ended with 0: good\n')
    const fails = await without(tool, line('echo "ValueError: no" >&2; exit 3', { kind: 'processing' }))
    expect(told(tool, fails)).toBe('ended with 3: ')
    expect(fails.machine.read('/opt/ml/output/message')).toMatch(/^exit code 3 on algo-1/)
  },
)

test.each(needed)('a job in an image without %s says that it is missing', async (tool) => {
  expect(told(tool, await without(tool, line('echo good')))).toBe(`says that ${tool} is missing`)
})

const unpacking = line('while read -r line; do echo "$line"; done <"$SSM_MACHINE_ROOT/opt/ml/input/data/m/w"', {
  settings: "ssm_unpack='/opt/ml/input/data/m'",
})

test.each(['rm', 'mv', 'cp', 'chmod', 'find', 'head', 'cat'])(
  'an image without %s unpacks channels and state, or says what is missing',
  async (tool) => {
    const unpacked = await without(tool, unpacking, (machine) => {
      const channel = join(machine.root, 'opt/ml/input/data/m')
      machine.put('/from/w', 'weights\n')
      mkdirSync(channel, { recursive: true })
      execFileSync('tar', ['-czf', join(channel, 'model.tar.gz'), '-C', join(machine.root, 'from'), 'w'])
    })
    const says = `says that ${tool} is missing`
    expect(told(tool, unpacked)).toBe(['rm', 'mv', 'chmod'].includes(tool) ? says : 'ended with 0: weights\n')
    const state = (machine: Machine): void => machine.put('/opt/ml/processing/state_prev/a', 'x')
    expect(told(tool, await without(tool, { kind: 'processing', ...line('true') }, state))).toBe(
      tool === 'cp' ? says : 'ended with 0: ',
    )
  },
)

test('machines of an image that cannot look for names say so once, and do not wait', async () => {
  const ended = await without('getent', line('echo good', { resources: twoMachines, settings: 'ssm_wait_for_machines=900' }))
  expect([ended.stdout.toString(), ended.words.match(/neither getent nor python3 is in the image/g)?.length]).toEqual([
    'good\n',
    1,
  ])
})
