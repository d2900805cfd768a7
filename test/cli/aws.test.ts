import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { noMoto, startMoto } from '../support/aws/moto.ts'
import { ssm, workFolder } from './support/ssm.ts'

test.skipIf(noMoto)(
  'against AWS a line is planned, explained, run, listed and stopped, and the doctor finds everything',
  async () => {
    await using moto = await startMoto()
    await using folder = await workFolder()
    writeFileSync(join(folder.path, 'work.py'), 'print("hi")\n')
    const env = { AWS_ENDPOINT_URL: moto.url, AWS_ACCESS_KEY_ID: 'testing', AWS_SECRET_ACCESS_KEY: 'testing', HOME: folder.path }
    const run = async (...argv: readonly string[]): Promise<{ readonly code: number | null; readonly document: unknown }> => {
      const { code, stdout } = await ssm([...argv, '--region', 'us-east-1', '--json'], { cwd: folder.path, env })
      return { code, document: JSON.parse(stdout) as unknown }
    }
    const line = ['run', '-p', 'ex', '-t', 't', '-e', 'work.py', '--ic', '2', '--lr', '0.1'] as const

    expect(await run('plan', ...line)).toMatchObject({
      code: 0,
      document: {
        decision: { kind: 'start' },
        request: {
          input: { EnableManagedSpotTraining: true, ResourceConfig: { InstanceCount: 2 }, HyperParameters: { lr: '0.1' } },
        },
      },
    })
    expect(await run('ps')).toMatchObject({ code: 0, document: { jobs: [] } })
    expect(await run(...line)).toMatchObject({ code: 0, document: { status: 'completed', decision: { kind: 'start' } } })
    expect(await run('why', ...line)).toMatchObject({ document: { decision: { kind: 'skip' } } })
    expect(await run('ps', '-p', 'ex')).toMatchObject({ document: { jobs: [{ task: 't', status: 'completed', machines: 2 }] } })
    expect(await run('stop', '-p', 'ex', '-t', 't')).toMatchObject({ code: 0, document: { asked: false } })
    const { document } = await run('doctor')
    const checks = (document as { readonly checks: readonly { readonly name: string; readonly status: string }[] }).checks
    expect(
      checks.filter(({ name }) => ['region', 'credentials', 'bucket', 'role'].includes(name)).map(({ status }) => status),
    ).toEqual(['ok', 'ok', 'ok', 'ok'])
  },
  120_000,
)
