import type { ReportedFiles, ReportedJob, StoredFiles } from '../../src/run/report/report-document.ts'
import { Part } from '../part.tsx'
import { bytes, plain } from '../text.ts'

/** What a job read and what it stored: where it lies, how large it is, and by which digests it is known. */
export function Data({ job: { inputs, outputs, state } }: { readonly job: ReportedJob }) {
  if (inputs.length === 0 && outputs.length === 0) return null
  return (
    <Part title="Inputs, outputs and state">
      {inputs.length > 0 && (
        <div class="wide" tabIndex={0} role="region" aria-label={`Inputs of ${plain(state.name)}`}>
          <table>
            <thead>
              <tr>
                <th scope="col">Input</th>
                <th scope="col">From</th>
                <th scope="col">Size now</th>
                <th scope="col">Known by</th>
              </tr>
            </thead>
            <tbody>
              {inputs.map(({ channel, uri, digest, stored }) => (
                <tr key={channel}>
                  <th scope="row">{plain(channel)}</th>
                  <td>{plain(uri)}</td>
                  <td class="size">{stored === undefined ? 'not known' : sizeOf(stored)}</td>
                  <td>
                    <code class="digest">{plain(digest ?? '')}</code>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {inputs.map(({ channel, uri, stored }) =>
        stored === undefined ? null : <Files key={channel} files={{ ...stored, name: `input ${channel}`, uri }} />,
      )}
      {outputs.map((output) => (
        <Files key={output.name} files={output} />
      ))}
    </Part>
  )
}

/** `3 files, 1.5 MB`. */
function sizeOf({ files, bytes: size, isMore }: StoredFiles): string {
  const more = isMore === true ? 'more than ' : ''
  return `${more}${files} ${files === 1 ? 'file' : 'files'}, ${more}${bytes(size)}`
}

function Files({ files: { name, uri, first, digest, ...stored } }: { readonly files: ReportedFiles }) {
  return (
    <details>
      <summary>
        <b>{plain(name)}</b>: {sizeOf({ ...stored, first })} <span class="muted">{plain(uri)}</span>
        {digest !== undefined && (
          <>
            {' '}
            <code title={`SHA-256 of the names, sizes and ETags of all files: ${digest}`}>{digest.slice(0, 16)}…</code>
          </>
        )}
      </summary>
      <ul class="files">
        {first.map(({ path, bytes: own, etag }) => (
          <li key={path}>
            {plain(path)} <span class="muted">{bytes(own)}, ETag</span>{' '}
            <code class="digest">{plain(etag).replaceAll('"', '')}</code>
          </li>
        ))}
        {stored.files > first.length && <li class="muted">and {stored.files - first.length} more</li>}
      </ul>
    </details>
  )
}
