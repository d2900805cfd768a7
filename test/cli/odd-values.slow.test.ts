import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ssmInProcess as ssm, shell } from './support/in-process.ts'
import { workFolder } from './support/ssm.ts'

/** What a job printed that must have completed. */
async function printed(cwd: string, argv: readonly string[]): Promise<string> {
  const { code, stderr } = await ssm(cwd, argv)
  expect({ code, stderr }).toMatchObject({ code: 0 })
  return (await ssm(cwd, ['logs', '-p', 'ex', '-t', 't'])).stdout
}

test('names that AWS takes are hyperparameters on the command line, and the program gets them', async () => {
  await using folder = await workFolder()
  const names = ['größe', 'optim:lr', 'model/lr', 'x[0]', '--9', 'model_dir', 'subnet', 'sagemaker_program']
  const given = names.flatMap((name) => [name.startsWith('--') ? name : `--${name}`, 'v'])
  const out = await printed(folder.path, shell('echo "got $SM_HPS $SM_HP_OPTIM_LR"', ...given, '--hp', 'a b', 'v'))
  const line = /got (\{.*\}) v$/m.exec(out)?.[1] ?? '{}'
  expect(JSON.parse(line)).toEqual(
    Object.fromEntries([...names.map((name) => name.replace(/^--/, '')), 'a b'].map((name) => [name, 'v'])),
  )
}, 60_000)

test('a whole bucket is an input', async () => {
  await using folder = await workFolder()
  const bucket = join(folder.path, '.ssm/s3/my-data')
  mkdirSync(join(bucket, 'a'), { recursive: true })
  writeFileSync(join(bucket, 'a/x.txt'), 'one')
  writeFileSync(join(bucket, 'y.txt'), 'two')
  for (const uri of ['s3://my-data', 's3://my-data/']) {
    const line = 'cd "$SM_CHANNEL_C" && echo "got $(cat a/x.txt y.txt)"'
    expect(await printed(folder.path, shell(line, '--iis', 'c', uri, '--fr'))).toContain('got onetwo\n')
  }
  const line = 'echo "got $(cat "$SM_CHANNEL_C/x.txt")"'
  expect(await printed(folder.path, shell(line, '--iis', 'c', 's3://my-data', 'FullyReplicated', 'a', '--fr'))).toContain(
    'got one\n',
  )
}, 60_000)

test.each([
  ['-e', 's3://my-data'],
  ['-e', 's3://my-data/code/'],
])('code that is a bucket or a folder in S3 is told as what it is: %s %s', async (...argv) => {
  await using folder = await workFolder()
  const { code, stderr } = await ssm(folder.path, ['run', '-p', 'ex', '-t', 't', ...argv])
  expect(code).not.toBe(0)
  expect(stderr).toContain('names no object')
  expect(stderr).not.toMatch(/object name|empty/)
})

test.each(['a//b', '/a', 'a/', '//a//b//'])(
  'the prefix %s is one place, however it is spelled',
  async (prefix) => {
    await using folder = await workFolder()
    const { code, stderr } = await ssm(folder.path, [...shell('true'), '--prefix', prefix])
    expect({ code, stderr }).toMatchObject({ code: 0 })
    expect(readdirSync(join(folder.path, '.ssm/s3/ssm-local'))).toEqual(['a'])
    expect((await ssm(folder.path, ['ps', '-p', 'ex', '--prefix', prefix])).stdout).toContain('completed')
    expect((await ssm(folder.path, ['ps', '-p', 'ex', '--prefix', prefix.includes('b') ? 'a/b' : 'a'])).stdout).toContain(
      'completed',
    )
  },
  60_000,
)

test.each(['a\nb', 'a\r\n\tb\u001b[31m\u2028\u0085'])(
  'arguments and values of several lines reach the program as they are: %j',
  async (text) => {
    await using folder = await workFolder()
    const line = 'for each in "$SM_HP_PROMPT" "$1"; do printf %s "$each" | base64 -w0; echo; done'
    const encoded = Buffer.from(text).toString('base64')
    const out = await printed(folder.path, [...shell(line, '--prompt', text), '--', text])
    expect(out.split('\n').filter((each) => each.includes(encoded))).toHaveLength(2)
  },
  60_000,
)

test.each([
  ['(?P<v>[0-9.]+)', /acc\D*0\.5/],
  ['(?i)ACC=(?P<v>[0-9.]+)', /acc\D*0\.5/],
  ['(?s)acc=([0-9.]+)', /acc\D*0\.5/],
  ['(?i:ACC)=(?P<v>[0-9.]+)', /acc\D*0\.5/],
  ['acc=(?P<v>[0-9.]+)(?#the value)', /acc\D*0\.5/],
  ['(?<=acc=)([0-9.]+)', /Values of acc are read by SageMaker alone/],
  ['acc=(?>[0-9]+)(\\.5)', /Values of acc are read by SageMaker alone/],
])(
  'an expression of Python is passed on, and found live or said not to be: %s',
  async (expression, said) => {
    await using folder = await workFolder()
    const { code, stderr } = await ssm(folder.path, shell('echo acc=0.5', '--md', 'acc', expression))
    expect({ code, stderr }).toMatchObject({ code: 0 })
    expect(stderr).toMatch(said)
  },
  60_000,
)

test('a hyperparameter of several lines or with blanks is noted on one line, as it would be typed', async () => {
  await using folder = await workFolder()
  const { stderr } = await ssm(folder.path, shell('true', '--prompt', "a\nb's", '--name', 'x y', '--empty', '', '--lr', '0.1'))
  expect(stderr).toContain(String.raw`hyperparameters: prompt=$'a\nb\'s', name='x y', empty='', lr=0.1`)
}, 60_000)

test.each([
  ['-o', '~somebody/out'],
  ['-i', '~somebody'],
  ['-e', '~some-body/t.py'],
])('the home folder of another user is refused, never a folder of that name made: %s %s', async (flag, path) => {
  await using folder = await workFolder()
  const line = flag === '-e' ? ['run', '-p', 'ex', '-t', 't', '-e', path] : shell('true', flag, path)
  const { code, stderr } = await ssm(folder.path, line)
  expect(code).toBe(2)
  expect(stderr).toContain(`Write the whole path, or ./${path}`)
  expect(readdirSync(folder.path)).toEqual([])
})

test('the name of a bucket that S3 cannot have is refused as the name of a bucket', async () => {
  await using folder = await workFolder()
  for (const argv of [shell('true', '-b', 'b'), ['ps', '-p', 'ex', '-b', 'b'], ['data', '-p', 'ex', '-t', 't', '-b', 'b']]) {
    const { code, stderr } = await ssm(folder.path, argv)
    expect(code).toBe(2)
    expect(stderr).toMatch(/bucket.*3 to 63 lower-case letters/)
    expect(stderr).not.toContain('object')
  }
})

test('a task that is not found below a prefix is told with the place where the original has put it', async () => {
  await using folder = await workFolder()
  const place = ['-p', 'ex', '-t', 'later', '--prefix', 'foo']
  const read = await ssm(folder.path, ['shell', ...place, '--cmd_line', 'true', '--iit', 'prev', 't', 'model'])
  const data = await ssm(folder.path, ['data', ...place])
  for (const { stderr } of [read, data])
    expect(stderr).toContain('Jobs of simple-sagemaker for Python are found with -p fooex and no --prefix.')
  expect((await ssm(folder.path, ['data', '-p', 'ex', '-t', 'later'])).stderr).not.toContain('for Python')
})
