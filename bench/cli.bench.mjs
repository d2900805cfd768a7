import { join } from 'node:path'
import process from 'node:process'
import { alternate, isThere, timeProgram } from './measure.mjs'

/** How long the command line takes to say its help, and to list the jobs of this computer, from nothing. */
export async function bench({ root, runs, folder }) {
  const ssm = [process.execPath, join(root, 'packages/cli/bin/ssm.cjs')]
  const bare = () => timeProgram([process.execPath, '-e', '0'])
  const help = () => timeProgram([...ssm, '--help'])
  const local = { cwd: folder, env: { SSM_PLATFORM: 'local' } }
  const list = () => timeProgram([...ssm, 'ps', '--json'], local)
  await timeProgram([...ssm, 'shell', '-p', 'bench', '-t', 't', '--cmd_line', 'true', '--quiet'], local)
  const rows = [
    {
      what: 'ssm --help',
      beside: 'node -e 0',
      limitMs: 35,
      ...(await alternate(runs, help, bare)),
    },
    { what: 'ssm ps --json', beside: 'node -e 0', limitMs: 60, ...(await alternate(runs, list, bare)) },
  ]
  for (const peer of [['aws', '--version']]) {
    const beside = peer.join(' ')
    const row = { what: 'ssm --help', beside }
    if (await isThere(peer)) rows.push({ ...row, ...(await alternate(Math.min(runs, 11), help, () => timeProgram(peer))) })
    else rows.push({ ...row, skipped: `${peer[0]} is not installed` })
  }
  return rows
}
