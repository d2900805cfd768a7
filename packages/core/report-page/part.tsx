import type { ComponentChildren } from 'preact'

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
