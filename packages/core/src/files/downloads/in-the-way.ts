import { SsmError } from '../../errors/ssm-error.ts'

const mostNames = 5

/** Things where a download would write, which no download has made. */
export function inTheWay(paths: readonly string[], what?: string): SsmError {
  const names = paths.slice(0, mostNames).join(', ')
  const more = paths.length > mostNames ? ` and ${paths.length - mostNames} more` : ''
  const are = paths.length === 1 ? 'is' : 'are'
  return new SsmError('STORAGE_DENIED', `${names}${more} ${are} in the way${what === undefined ? '' : `: ${what}`}`, {
    hint: 'A download replaces only what a download wrote and nobody changed. Move it away, or choose another folder.',
    facts: { paths: paths.slice(0, 100), count: paths.length },
  })
}

/** What another task left: a download of this one would replace it. */
export function ofAnother(folder: string, other: string): SsmError {
  return new SsmError('STORAGE_DENIED', `${folder} holds what the task ${other} left`, {
    hint: 'Download each task into a folder of its own, or remove that one.',
    facts: { path: folder, of: other },
  })
}
