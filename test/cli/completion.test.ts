import { execFileSync } from 'node:child_process'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { expect, test } from 'vitest'
import { commands } from '../../packages/cli/src/grammar/tables/commands.ts'
import { knownFlags } from '../../packages/cli/src/grammar/command.ts'
import { bashScript } from '../../packages/cli/src/completion/bash.ts'
import { fishScript } from '../../packages/cli/src/completion/fish.ts'
import { zshScript } from '../../packages/cli/src/completion/zsh.ts'
import { lacking } from '../support/prerequisites.ts'
import { playProgram } from './support/play.ts'
import { ssmProgram, workFolder } from './support/ssm.ts'

/** What bash offers for the last of these words. */
function bashOffers(words: readonly string[], before = ''): readonly string[] {
  const ask = `COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _ssm; printf '%s\\n' "\${COMPREPLY[@]}"`
  const said = execFileSync('bash', ['--norc', '-c', `${before}\n${bashScript(commands)}\n${ask}`, 'bash', ...words], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  return said.split('\n').filter((word) => word !== '')
}

test.skipIf(lacking('bash')).each<[readonly string[], readonly string[]]>([
  [
    ['ssm', ''],
    [...commands.map(({ name }) => name), 'help'],
  ],
  [
    ['ssm', 'p'],
    ['process', 'ps', 'plan', 'policies'],
  ],
  [
    ['ssm', 'plan', ''],
    ['run', 'shell', 'process'],
  ],
  [
    ['ssm', 'run', '--instance'],
    ['--instance_type', '--instance_group', '--instance_count'],
  ],
  [
    ['ssm', 'plan', 'run', '--ii'],
    ['--iis', '--iit'],
  ],
  [
    ['ssm', 'run', '--platform', ''],
    ['aws', 'local'],
  ],
  [['ssm', 'run', '-f', 'x'], ['xgboost']],
  [
    ['ssm', 'completion', ''],
    ['bash', 'zsh', 'fish'],
  ],
  [
    ['ssm', '--v'],
    ['--verbose', '--version'],
  ],
  [['ssm', 'run', '-e', 'w'], []],
  [['ssm', 'run', '--', '--instance'], []],
])('bash offers for %j what can stand there', (words, offered) => {
  expect(bashOffers(words)).toEqual(offered)
})

test.skipIf(lacking('bash'))('a shell asks for the names of jobs where a job may stand, and names what it knows already', () => {
  const asked = (words: readonly string[]): readonly string[] =>
    // What would be asked of ssm is printed instead.
    bashOffers(words, 'ssm() { echo "$2"; echo "$2:$*" | tr " " _; }')
  expect(asked(['ssm', 'show', '-p', 'ex', ''])).toEqual(['job', 'job:__values_job_show_-p_ex_'])
  for (const name of ['wait', 'stop', 'logs', 'data', 'metrics']) expect(asked(['ssm', name, ''])[0]).toBe('job')
  for (const name of ['report', 'watch', 'tensorboard']) expect(asked(['ssm', name, ''])[0]).toBe('task_or_job')
  expect(asked(['ssm', 'ps', ''])).toEqual([])
  const [zsh, fish] = [zshScript(commands), fishScript(commands)]
  expect(zsh).toContain('*:wait) compadd -- ${(f)"$(${words[1]} __values job ')
  expect(fish).toContain("__fish_seen_subcommand_from wait' -f -a '(ssm __values job ")
})

test('every flag of every command is offered by every shell', () => {
  const [bash, zsh, fish] = [bashScript(commands), zshScript(commands), fishScript(commands)]
  for (const command of commands) {
    for (const { flag } of knownFlags(command).values()) {
      for (const name of flag.names) {
        const dashes = name.length === 1 ? `-${name}` : `--${name}`
        expect(bash).toMatch(new RegExp(`[' ]${dashes}[' ]`))
        expect(zsh).toContain(`'${dashes}:`)
        expect(fish).toContain(name.length === 1 ? ` -s ${name} ` : ` -l ${name} `)
      }
    }
  }
})

// A shell that has printed it reads what is typed.
const prompt = 'ready> '

async function withSsm(folder: string): Promise<string> {
  const bin = join(folder, 'ssm')
  writeFileSync(bin, `#!/bin/sh\nexec '${process.execPath}' '${await ssmProgram()}' "$@"\n`)
  chmodSync(bin, 0o755)
  return `${folder}:${process.env['PATH'] ?? ''}`
}

test.skipIf(lacking('bash', 'python3'))(
  'a Tab in a real bash completes a command, a flag and a file',
  async () => {
    await using folder = await workFolder()
    const PATH = await withSsm(folder.path)
    writeFileSync(join(folder.path, 'worker-of-mine.py'), '')
    const { output, code } = await playProgram(folder.path, ['bash', '--norc', '-i'], {
      env: { PATH, PS1: prompt },
      columns: 200,
      steps: [
        { after: prompt, send: 'source <(ssm completion bash); echo sour""ced\r' },
        { after: 'sourced\r\n' },
        { after: prompt, send: 'ssm com\t' },
        { after: 'ssm completion ', send: '\u0015echo ssm run --instance_c\t' },
        { after: 'run --instance_c', send: '\u0015ssm run --instance_c\t-e worker-of\t' },
        { after: '--instance_count -e worker-of-mine.py ', send: '\u0015exit\r' },
      ],
    })
    expect(output).toContain('ssm run --instance_count -e worker-of-mine.py ')
    expect(code).toBe(0)
  },
  120_000,
)

test.skipIf(lacking('zsh', 'python3'))(
  'a Tab in a real zsh completes a command, a flag and a file',
  async () => {
    await using folder = await workFolder()
    const PATH = await withSsm(folder.path)
    writeFileSync(join(folder.path, 'worker-of-mine.py'), '')
    const { output, code } = await playProgram(folder.path, ['zsh', '-f', '-i'], {
      env: { PATH, PS1: prompt, HOME: folder.path, ZDOTDIR: folder.path },
      columns: 200,
      steps: [
        { after: prompt, send: 'autoload -Uz compinit && compinit -u; source <(ssm completion zsh); echo sour""ced\r' },
        { after: 'sourced\r\n' },
        { after: prompt, send: 'ssm com\t' },
        { after: 'pletion', send: '\u0015ssm run --instance_c\t' },
        { after: 'ount', send: '4 -e worker-of\t' },
        { after: '-mine.py', send: '\u0015exit\r' },
      ],
    })
    expect(output).toContain('-mine.py')
    expect(code).toBe(0)
  },
  120_000,
)

test.skipIf(lacking('zsh'))('zsh reads the script without a word of complaint', () => {
  const script = `compdef() { : }\n${zshScript(commands)}\nwhich _ssm > /dev/null && print fine`
  expect(execFileSync('zsh', ['-f', '-c', script], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })).toBe('fine\n')
})
