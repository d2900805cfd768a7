import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
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
    expect(await run(...line, '--fr')).toMatchObject({ code: 0 })
    const left = async (): Promise<number> => {
      const { document: all } = await run('ps', '-p', 'ex')
      return (all as { readonly jobs: readonly unknown[] }).jobs.length
    }
    const { document: cleaned } = await run('clean', '-p', 'ex', '--keep', '1', '--yes')
    expect(cleaned).toMatchObject({ removed: [expect.stringMatching(/^t-/)], objects: expect.any(Number) as number })
    expect(await run('clean', '-p', 'ex', '--keep', '1', '--yes')).toMatchObject({ document: { objects: 0, bytes: 0 } })
    expect(await left()).toBeGreaterThan(0)
    const { code, document } = await run('doctor')
    const checks = (document as { readonly checks: readonly Check[] }).checks
    expect(
      checks.filter(({ name }) => ['region', 'credentials', 'bucket', 'role'].includes(name)).map(({ status }) => status),
    ).toEqual(['ok', 'ok', 'ok', 'ok'])
    // The stand-in has no quotas.
    expect(code).toBe(0)
    expect(checks.at(-1)).toMatchObject({
      name: 'quotas',
      status: 'note',
      detail: expect.stringMatching(/^not known: /) as string,
    })
  },
  120_000,
)

test.skipIf(noMoto)(
  'the doctor looks up the quotas of the machines a run asks for, changes none, and is well when it may not',
  async () => {
    await using moto = await startMoto()
    await using folder = await workFolder()
    await using quotas = await fakeQuotas()
    writeFileSync(
      join(folder.path, 'ssm.config.json'),
      '{ "region": "us-east-1", "defaults": { "instanceType": "ml.g5.xlarge" } }',
    )
    const keys = { AWS_ACCESS_KEY_ID: 'testing', AWS_SECRET_ACCESS_KEY: 'testing', HOME: folder.path }
    const env = { ...keys, AWS_ENDPOINT_URL: moto.url, AWS_ENDPOINT_URL_SERVICE_QUOTAS: quotas.url }
    const look = async (): Promise<{ readonly code: number | null; readonly check: Check | undefined }> => {
      const { code, stdout } = await ssm(['doctor', '--json'], { cwd: folder.path, env })
      return { code, check: (JSON.parse(stdout) as { readonly checks: readonly Check[] }).checks.at(-1) }
    }
    const page = 'https://us-east-1.console.aws.amazon.com/servicequotas/home/services/sagemaker/quotas'

    expect(await look()).toEqual({
      code: 0,
      check: {
        name: 'quotas',
        status: 'warning',
        detail: 'ml.g5.xlarge: 2 for training, 0 for spot training, 1 for processing',
        fix: `Ask for more for spot training at ${page}/L-S or run with --no_spot`,
      },
    })
    expect(quotas.asked()).toEqual(['ListServiceQuotas', 'ListServiceQuotas'])

    quotas.deny()
    const denied = await look()
    expect(denied).toMatchObject({ code: 0, check: { status: 'note', code: 'PLATFORM_DENIED' } })
    expect(denied.check?.fix).toContain('"Action":["servicequotas:ListServiceQuotas"]')
    expect(denied.check?.fix).toContain(page)
  },
  60_000,
)

interface Check {
  readonly name: string
  readonly status: string
  readonly detail: string
  readonly fix?: string
}

/** A Service Quotas of two pages, until it denies everything. */
async function fakeQuotas() {
  const asked: string[] = []
  let denies = false
  const quota = (use: string, Value: number, QuotaCode: string) => ({
    QuotaName: `ml.g5.xlarge for ${use} job usage`,
    Value,
    QuotaCode,
  })
  const server = createServer((request, response) => {
    asked.push(String(request.headers['x-amz-target']).replace(/^.*\./, ''))
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const isSecond = Buffer.concat(chunks).includes('NextToken')
      response.writeHead(denies ? 400 : 200, { 'content-type': 'application/x-amz-json-1.1' })
      if (denies) response.end('{ "__type": "AccessDeniedException", "Message": "Not for you." }')
      else if (isSecond) response.end(JSON.stringify({ Quotas: [quota('training', 2, 'L-T'), quota('processing', 1, 'L-P')] }))
      else response.end(JSON.stringify({ Quotas: [quota('spot training', 0, 'L-S')], NextToken: 'two' }))
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, // it listens on a port
    asked: () => asked,
    deny: () => void (denies = true),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
