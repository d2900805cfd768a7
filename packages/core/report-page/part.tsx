import type { ComponentChildren } from 'preact'
import { plain } from './text.ts'

/** Where a job's part of the page is. */
export const jobId = (name: string): string => `job-${name.replace(/[^A-Za-z0-9-]/g, '_')}`

/** A part of a job, with its heading. */
export function Part({ title, children }: { readonly title: string; readonly children: ComponentChildren }) {
  return (
    <section>
      <h3>{title}</h3>
      {children}
    </section>
  )
}

/** Names and their values, side by side; what is not known is left out. */
export function FactList({ facts }: { readonly facts: readonly (readonly [name: string, value: string | undefined])[] }) {
  return (
    <dl class="facts">
      {facts.map(([name, value]) =>
        value === undefined ? null : (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{plain(value)}</dd>
          </div>
        ),
      )}
    </dl>
  )
}
