import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Why files cannot be made immutable here (`chattr +i`); `undefined` when they can: Linux, root, and a file system that has it. */
export function noImmutable(): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'ssm-immutable-'))
  const file = join(folder, 'file')
  try {
    writeFileSync(file, '')
    const { status, stderr } = spawnSync('chattr', ['+i', file], { encoding: 'utf8' })
    if (status !== 0) return `files cannot be made immutable here: ${stderr ?? 'there is no chattr'}`
    const refused = spawnSync('rm', ['-f', file]).status !== 0
    return refused ? undefined : 'immutable files can be removed here'
  } finally {
    makeMutable(folder)
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Makes everything below a folder removable again. */
export function makeMutable(folder: string): void {
  spawnSync('chattr', ['-R', '-f', '-i', folder], { stdio: 'ignore' })
}
