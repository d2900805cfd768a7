import type { ChangedFile, ReportedJob } from '../../src/run/report/report-document.ts'
import { Part } from '../part.tsx'
import { plain } from '../text.ts'

/** A job's code: what is different from the job before, line by line, and all its files. */
export function Code({ job: { code } }: { readonly job: ReportedJob }) {
  const files = Object.entries(code.files)
  if (files.length === 0 && code.changes.length === 0) return null
  return (
    <Part title="Code">
      {code.changes.length > 0 && (
        <>
          <p>Different from the job before:</p>
          <ul>
            {code.changes.map((change) => (
              <li key={change}>{plain(change)}</li>
            ))}
          </ul>
        </>
      )}
      {code.changed.length > 0 && <p>Files that differ from those of {plain(code.comparedWith ?? '')}, which completed:</p>}
      {code.changed.map((file) => (
        <Changed key={file.path} file={file} />
      ))}
      <details>
        <summary>
          {files.length} {files.length === 1 ? 'file' : 'files'}
        </summary>
        <ul class="files">
          {files.map(([path, digest]) => (
            <li key={path}>
              {plain(path)} <code title={plain(digest)}>{plain(digest).slice(0, 16)}…</code>
            </li>
          ))}
        </ul>
      </details>
    </Part>
  )
}

const kinds = { '+': 'added', '-': 'removed', ' ': 'kept', '…': 'passed' } as const

function Changed({ file: { path, kind, lines, more = 0 } }: { readonly file: ChangedFile }) {
  const added = lines?.filter(([side]) => side === '+').length ?? 0
  const removed = lines?.filter(([side]) => side === '-').length ?? 0
  return (
    <details open={added + removed <= 40}>
      <summary>
        {plain(path)}{' '}
        <span class="muted">
          {kind === 'changed' ? '' : `${kind}, `}
          {lines === undefined ? 'not shown: no text, too large, or not stored any more' : `+${added} −${removed}`}
        </span>
      </summary>
      {lines !== undefined && (
        <pre class="diff" tabIndex={0}>
          {lines.map(([side, text], at) => (
            <span key={at} class={kinds[side]}>
              {`${side} ${plain(text)}`}
            </span>
          ))}
          {more > 0 && <span class="passed">{more} more lines are not in this report</span>}
        </pre>
      )}
    </details>
  )
}
