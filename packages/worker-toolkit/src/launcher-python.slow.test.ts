import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { Machine, quickPath, shells } from '../test/machine.ts'
import { bundleFile } from './contract.ts'

describe.each(shells)('scripts and requirements under $name', ({ argv: shell, here }) => {
  const on = here ? test : test.skip

  on('runs a script without a first line that names its shell, and one that is not executable', async () => {
    const machine = new Machine({
      run: 'script',
      argv: ['deep/run.sh', 'x y'],
      files: { 'deep/run.sh': 'echo "$1 $BASH" >&1\n' },
    })
    expect((await machine.run(shell)).stdout.toString()).toMatch(/^x y .*bash\n$/)
  })

  on('installs requirements.txt before a Python entry, into the machine and not into this computer', async () => {
    const machine = new Machine({
      run: 'python',
      argv: ['use.py'],
      files: { 'use.py': 'import tiny_thing\nprint(tiny_thing.word, tiny_thing.__file__)\n', 'requirements.txt': './tiny\n' },
    })
    const wheel = tinyWheel(machine.root)
    machine.put('/bundle/requirements.txt', `${wheel}\n`)
    execFileSync('tar', ['-czf', join(machine.channel, bundleFile), '-C', join(machine.root, 'bundle'), '.'])
    const ended = await machine.run(shell, { PIP_NO_INDEX: '1' })
    expect(ended.stdout.toString()).toBe(`installed ${machine.root}/opt/ml/packages/tiny_thing.py\n`)
  })

  on('hears the last words of a program after its requirements', async () => {
    const files = { 'requirements.txt': '# none\n', 'a.py': 'import sys\nsys.exit("the end")\n' }
    const machine = new Machine({ run: 'python', argv: ['a.py'], files })
    expect([(await machine.run(shell, { PIP_NO_INDEX: '1' })).code, machine.failure()]).toEqual([
      1,
      'exit code 1 on algo-1\nthe end\n',
    ])
    expect([machine.leftovers(), await machine.processesLeft()]).toEqual([[], []])
  })

  on('does not install requirements.txt without a network, nor for a shell script', async () => {
    const files = { 'requirements.txt': './nothing-here\n', 'a.py': 'print(1)\n', 'a.sh': 'echo 2\n' }
    const isolated = await new Machine({ run: 'python', argv: ['a.py'], files, settings: "ssm_network_isolated='1'" }).run(shell)
    expect([isolated.stdout.toString(), isolated.stderr.toString()]).toEqual([
      '1\n',
      expect.stringContaining('this job has no network'),
    ])
    expect((await new Machine({ run: 'script', argv: ['a.sh'], files }).run(shell)).stdout.toString()).toBe('2\n')
  })

  on('names the Python that misses a module, and what to do', async () => {
    const machine = new Machine({ run: 'python', argv: ['a.py'], files: { 'a.py': 'import no_such_module_here\n' } })
    expect((await machine.run(shell)).code).toBe(1)
    expect(machine.failure()).toMatch(
      /^exit code 1 on algo-1: a module is not installed in \/\S+ \(Python 3\.\d+\), which ran the program\. List it in a requirements\.txt/,
    )
    expect(machine.failure()).toContain("ModuleNotFoundError: No module named 'no_such_module_here'")
  })

  on.each([
    [1, /requirements\.txt that is sent with the entry\.\nTraceback/],
    [3, /^exit code 1 on algo-1: a module is not installed in .*\/p+\.\.\.\nTraceback/],
  ])('says how it ended to the end, or that it was cut, with a path of %i long folders', async (folders, words) => {
    const machine = new Machine({ run: 'python', argv: ['a.py'], files: { 'a.py': 'import no_such_module_here\n' } })
    const folder = join(machine.root, ...Array.from({ length: folders }, () => 'p'.repeat(170)))
    mkdirSync(folder, { recursive: true })
    const real = execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' }).trim()
    symlinkSync(real, join(folder, 'python3'))
    await machine.run(shell, { PATH: `${folder}:${quickPath}` })
    expect(machine.failure()).toMatch(words)
    expect(Buffer.byteLength(machine.failure() ?? '')).toBeLessThanOrEqual(1024)
  })

  on('installs the wheels of a channel by their lock without a network, and refuses what was changed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ssm-wheel-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    const wheel = readFileSync(tinyWheel(folder))
    const lock = `tiny-thing==1 --hash=sha256:${digestOf(wheel)}\n`
    const withFiles = (bytes: Uint8Array, text: string): Machine => {
      const settings = `ssm_network_isolated='1' ssm_packages='${digestOf(Buffer.from(lock))}'`
      const files = {
        'use.py': 'import tiny_thing\nprint(tiny_thing.word)\n',
        'requirements.txt': './not-installed-beside-wheels\n',
      }
      const machine = new Machine({ run: 'python', argv: ['use.py'], files, settings })
      machine.put('/opt/ml/input/data/dependencies/tiny_thing-1-py3-none-any.whl', bytes)
      machine.put('/opt/ml/input/data/dependencies/ssm-packages.lock', text)
      return machine
    }
    const run = (machine: Machine) => machine.run(shell, { PIP_INDEX_URL: 'http://127.0.0.1:9/' })
    expect((await run(withFiles(wheel, lock))).stdout.toString()).toBe('installed\n')
    const changed = withFiles(Buffer.concat([wheel.subarray(0, -1), Buffer.of((wheel.at(-1) ?? 0) ^ 1)]), lock)
    expect([(await run(changed)).code, changed.failure()]).toEqual([
      1,
      expect.stringMatching(/packages of the channel dependencies.*[\s\S]*(hash|HASH)/),
    ])
    const otherLock = withFiles(wheel, `${lock}# more\n`)
    expect([(await run(otherLock)).code, otherLock.failure()]).toEqual([86, expect.stringContaining('ssm-packages.lock')])
  })

  on('says which requirements could not be installed', async () => {
    const machine = new Machine({
      run: 'python',
      argv: ['a.py'],
      files: { 'requirements.txt': 'no-such-package==9\n', 'a.py': '' },
    })
    expect((await machine.run(shell, { PIP_NO_INDEX: '1' })).code).toBe(1)
    expect(machine.failure()).toMatch(/^requirements\.txt could not be installed \(pip ended with exit code 1\) on algo-1\n/)
    expect(machine.failure()).toContain('no-such-package==9')
  })
})

const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** A wheel needs no build and no network. */
function tinyWheel(folder: string): string {
  const wheel = join(folder, 'tiny_thing-1-py3-none-any.whl')
  const make = [
    'import sys, zipfile',
    'with zipfile.ZipFile(sys.argv[1], "w") as z:',
    '  z.writestr("tiny_thing.py", "word = \'installed\'\\n")',
    '  z.writestr("tiny_thing-1.dist-info/METADATA", "Metadata-Version: 2.1\\nName: tiny-thing\\nVersion: 1\\n")',
    '  z.writestr("tiny_thing-1.dist-info/WHEEL", "Wheel-Version: 1.0\\nGenerator: t\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")',
    '  z.writestr("tiny_thing-1.dist-info/RECORD", "")',
  ]
  writeFileSync(join(folder, 'make.py'), make.join('\n'))
  execFileSync('python3', [join(folder, 'make.py'), wheel], { env: { ...process.env, PATH: quickPath } })
  return wheel
}
