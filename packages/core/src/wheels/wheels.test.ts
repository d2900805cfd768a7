import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { clientPython, wheelsFor } from './index.ts'

const base = mkdtempSync(join(tmpdir(), 'ssm-wheels-'))
const built = join(base, 'built')

const make = `
import io, sys, tarfile, zipfile
base, built = sys.argv[1:]
texts = {"pyproject.toml": '[build-system]\\nrequires=[]\\nbuild-backend="b"\\nbackend-path=["."]\\n', "b.py": "open(%r, 'w')" % built, "PKG-INFO": "Metadata-Version: 2.1\\nName: evs\\nVersion: 1.0\\n"}
with tarfile.open(base + "/evs-1.0.tar.gz", "w:gz") as archive:
    for name, text in texts.items():
        info = tarfile.TarInfo("evs-1.0/" + name)
        info.size = len(text)
        archive.addfile(info, io.BytesIO(text.encode()))
for name, needs in ("asks", "Requires-Dist: evs @ file://%s/evs-1.0.tar.gz\\n" % base), ("tiny", ""):
    with zipfile.ZipFile("%s/%s-1.0-py3-none-any.whl" % (base, name), "w") as z:
        z.writestr(name + "-1.0.dist-info/METADATA", "Metadata-Version: 2.1\\nName: %s\\nVersion: 1.0\\n%s" % (name, needs))
        z.writestr(name + "-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\\nGenerator: t\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        z.writestr(name + "-1.0.dist-info/RECORD", "")
`
beforeAll(() => void execFileSync('python3', ['-c', make, base, built]))
afterAll(() => rmSync(base, { recursive: true }))

function bring(text: string, name = 'requirements.txt'): ReturnType<typeof wheelsFor> {
  const file = join(base, name)
  writeFileSync(file, text)
  const target = { python: '3.12', platforms: ['manylinux_2_28_x86_64'] }
  const { signal } = new AbortController()
  return wheelsFor({
    packages: { file },
    target,
    python: clientPython(),
    cacheDir: join(base, 'cache'),
    signal,
    onBring: () => {},
  })
}

test('a line of the requirements that asks for a build runs nothing of the package', async () => {
  const failure = bring('--no-index\n--find-links .\n--no-binary=evs\nevs==1.0\n')
  await expect(failure).rejects.toMatchObject({
    code: 'WHEELS_MISSING',
    message: expect.stringContaining('--no-binary=evs') as string,
  })
  expect(existsSync(built)).toBe(false)
})

test('a wheel that asks for source by its address runs nothing of that source', async () => {
  const failure = bring('--no-index\n--find-links .\nasks\n')
  await expect(failure).rejects.toMatchObject({ code: 'WHEELS_MISSING' })
  expect(existsSync(built)).toBe(false)
})

test('a lock whose package name has a second line is refused before pip reads it', async () => {
  const hash = 'a'.repeat(64)
  const lock = `[[packages]]\nname = "a==1\\n--no-binary=evs\\nevs"\nversion = "1.0"\nwheels = [{ name = "a-1.0-py3-none-any.whl", hashes = { sha256 = "${hash}" } }]\n`
  await expect(bring(lock, 'pylock.toml')).rejects.toThrow('is not a package name')
})

test('wheels of a folder beside the requirements are brought', async () => {
  const { folder } = await bring('--no-index\n--find-links .\ntiny==1.0\n')
  expect(folder.listing.files.map(({ path }) => path)).toContain('tiny-1.0-py3-none-any.whl')
})

test("of pip's files on this computer only what says where packages come from counts", async () => {
  const file = join(base, 'pip.conf')
  const others = [
    'constraint = none.txt',
    'requirement = none.txt',
    'no-binary = :all:',
    'target = nowhere',
    'require-virtualenv = true',
  ]
  writeFileSync(
    file,
    `[global]\nfind-links = ${base}\n${others[0]}\n${others[4]}\n[download]\nno-index = true\n${others.slice(1, 3).join('\n')}\n`,
  )
  vi.stubEnv('PIP_CONFIG_FILE', file).stubEnv('PIP_FIND_LINKS', undefined)
  try {
    const { folder } = await bring('tiny == 1.0\n')
    expect(folder.listing.files.map(({ path }) => path)).toContain('tiny-1.0-py3-none-any.whl')
  } finally {
    vi.unstubAllEnvs()
  }
})
