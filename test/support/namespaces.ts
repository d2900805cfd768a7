import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { namespaceProbe } from '../../packages/core/src/local/isolation/probe.ts'

/** Why programs cannot have an `/opt/ml` of their own on this computer; `undefined` where they can. */
export async function noNamespaces(): Promise<string | undefined> {
  const root = mkdtempSync(join(tmpdir(), 'ssm-probe-'))
  try {
    const { works, why } = await namespaceProbe(root)
    return works ? undefined : `machines cannot have their own /opt/ml here: ${why}`
  } finally {
    rmSync(root, { recursive: true })
  }
}
