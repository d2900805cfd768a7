import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A package index of small wheels on this computer, which counts the requests. */
export interface PackageIndex extends AsyncDisposable {
  readonly url: string
  /** Requests until now. */
  readonly requests: readonly string[]
  /** A lock: every package with its version and digest. */
  readonly lock: string
  /** Answers that are held back end here: a path that contains this text is never answered. */
  hold(text: string): void
  /** Nobody is reached any more. */
  close(): Promise<void>
}

const wheels = `
import sys, zipfile
for name in sys.argv[2:]:
    module = name.replace("-", "_")
    with zipfile.ZipFile("%s/%s-1.0-py3-none-any.whl" % (sys.argv[1], module), "w") as z:
        z.writestr(module + ".py", "word = %r\\n" % name)
        z.writestr(module + "-1.0.dist-info/METADATA", "Metadata-Version: 2.1\\nName: %s\\nVersion: 1.0\\n" % name)
        z.writestr(module + "-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\\nGenerator: t\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        z.writestr(module + "-1.0.dist-info/RECORD", "")
`

/** Serves packages of these names, each with a module that says its name. */
export async function packageIndex(names: readonly string[]): Promise<PackageIndex> {
  const folder = mkdtempSync(join(tmpdir(), 'ssm-index-'))
  execFileSync('python3', ['-c', wheels, folder, ...names])
  const files = new Map(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))]))
  rmSync(folder, { recursive: true, force: true })
  const digestOf = (file: string): string =>
    createHash('sha256')
      .update(files.get(file) ?? '')
      .digest('hex')
  const fileOf = (name: string): string => `${name.replaceAll('-', '_')}-1.0-py3-none-any.whl`
  const requests: string[] = []
  const held: string[] = []
  const server = createServer((request, response) => {
    const path = request.url ?? ''
    requests.push(path)
    if (held.some((text) => path.includes(text))) return
    const name =
      path
        .split('/')
        .filter((part) => part !== '')
        .at(-1) ?? ''
    const wheel = files.get(name)
    if (wheel !== undefined) return void response.end(wheel)
    const file = fileOf(name)
    if (!path.startsWith('/simple/') || !files.has(file)) return void response.writeHead(404).end()
    response.setHeader('content-type', 'text/html')
    response.end(`<!DOCTYPE html><html><body><a href="/files/${file}#sha256=${digestOf(file)}">${file}</a></body></html>`)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = (): Promise<void> => closed(server)
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/simple/`,
    requests,
    lock: names.map((name) => `${name}==1.0 --hash=sha256:${digestOf(fileOf(name))}\n`).join(''),
    hold: (text) => void held.push(text),
    close,
    [Symbol.asyncDispose]: close,
  }
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections()
  return new Promise((resolve) => server.close(() => resolve()))
}

/** Writes a program that imports packages of an index, with its requirements beside it, and gives the folder. */
export function codeThatImports(folder: string, names: readonly string[], requirements: string): string {
  const modules = names.map((name) => name.replaceAll('-', '_'))
  writeFileSync(
    join(folder, 'a.py'),
    `${modules.map((name) => `import ${name}\n`).join('')}print(${modules[0] === undefined ? 0 : `${modules[0]}.__file__`})\n`,
  )
  writeFileSync(join(folder, 'requirements.txt'), requirements)
  return folder
}
