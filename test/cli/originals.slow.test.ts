import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { lacking } from '../support/prerequisites.ts'
import { originalFolder, originalLine as line, shell } from './support/original.ts'
import { workFolder } from './support/ssm.ts'

const missing = lacking('bash', 'python3')

test.skipIf(missing)(
  'state, outputs, input channels and chaining work as the documentation says',
  async () => {
    await using folder = await workFolder()
    await originalFolder(folder.path)
    const log = (path: string): string => readFileSync(join(folder.path, path), 'utf8')

    shell(folder.path, line('task3'))
    expect(readdirSync(join(folder.path, 'output/example3'))).toEqual(['logs'])
    shell(folder.path, `${line('task3').replace('example3', 'example3_2')} --download_state --download_model --download_output`)
    expect(log('output/example3_2/model/model_dir')).toBe('model_dir file')
    expect(log('output/example3_2/output/output_data_dir')).toBe('output_data_dir file')
    expect(log('output/example3_2/state/state_dir')).toBe('state_dir file')

    shell(folder.path, line('task4'))
    expect(log('output/example4/logs/logs0')).toMatch(/file sample_data\.txt 17[\s\S]*file persons\.json 23/)
    shell(folder.path, line('task5'))
    expect(log('output/example5/logs/logs0')).toContain('file model.tar.gz')
  },
  120_000,
)

test.skipIf(missing)(
  'the fully featured example runs as the script that the documentation shows',
  async () => {
    await using folder = await workFolder()
    await originalFolder(folder.path)
    const again = line('example 6_1 again').replace('--ks', '> $1/example6_1_2_stdout --ks &')
    shell(folder.path, `${line('example 6_1')}\n${line('example 6_2')} &\n${again}\nwait`)
    const log = (path: string): string => readFileSync(join(folder.path, 'out', path), 'utf8')
    expect(log('example6_1/logs/logs0')).toMatch(/internal: internal, task 1[\s\S]*persons: \['persons\.json'\]/)
    expect(log('example6_2/logs/logs0')).toMatch(/external: external[\s\S]*model: \['model\.tar\.gz'\][\s\S]*Score=20;/)
    expect(log('example6_2/logs/logs1')).toContain('internal: internal, task 2')
    // It was completed: its output is taken, and nothing is run, so there is nothing to say.
    expect(log('example6_1_2_stdout')).toBe('')
    expect(readdirSync(join(folder.path, '.ssm/s3')).length).toBe(2)
  },
  120_000,
)

test.skipIf(missing)(
  'processing lines run: a script, a script with its program, a program of the image',
  async () => {
    await using folder = await workFolder()
    await originalFolder(folder.path)
    const log = (path: string): string => readFileSync(join(folder.path, path), 'utf8')

    shell(
      folder.path,
      'ssm process -p ssm-ex -t p1 -o out1 --download_state --download_output --max_run_mins 15 --code clean.py --dependencies ./dep --cs -- arg1 -arg2 --arg3 "argument 4"',
    )
    expect(log('out1/logs/logs0')).toContain("arguments: ['arg1', '-arg2', '--arg3', 'argument 4']\ndependency: ['lib.py']")
    expect([log('out1/output/output'), log('out1/state/state')]).toEqual(['output', 'state'])

    shell(
      folder.path,
      'ssm process -p ssm-ex -t p2 -o out2 --download_output --command bash --code clean.sh --dependencies ./dep --cs -- arg1 -arg2 --arg3 "argument 4"',
    )
    expect(log('out2/logs/logs0')).toContain('arguments: 4 arg1 -arg2 --arg3 argument 4')
    expect(existsSync(join(folder.path, 'out2/output/output_sh'))).toBe(true)

    shell(
      folder.path,
      'ssm process -p ssm-ex -t p3 -o out3 --entrypoint "/bin/bash" --dependencies ./dep -- -c "echo \'=== Bash\' && ls dep && echo state > \\$SSM_STATE/state"',
    )
    expect(log('out3/logs/logs0')).toContain('=== Bash\nlib.py')
  },
  120_000,
)

test.skipIf(missing)(
  'data downloads and clears what a task left',
  async () => {
    await using folder = await workFolder()
    await originalFolder(folder.path)
    shell(folder.path, line('task3').replace(' -o ./output/example3', ''))
    shell(folder.path, 'ssm data -p ssm-ex -t task3 -o got --download_model --download_state --download_output')
    expect(readdirSync(join(folder.path, 'got')).sort()).toEqual(['logs', 'model', 'output', 'state'])
    shell(folder.path, 'ssm data -p ssm-ex -t task3 --clean_state')
    expect(JSON.parse(shell(folder.path, 'ssm data -p ssm-ex -t task3 --json'))).toMatchObject({
      v: 1,
      task: 'task3',
      state: { files: 0 },
    })
  },
  60_000,
)
