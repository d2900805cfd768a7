/** Pages about runs: the report of the library, updated while the job runs. */
import { Hono } from 'hono'
import { streamSSE } from 'hono/streaming'
import type { Platform } from '@simple-sagemaker/core'
import { followReport, reportOf, reportPage } from '@simple-sagemaker/core/report'

/** `GET /:document/report` is the page, and `GET /:document/report/events` what it listens to. */
export function reportPages(platform: Platform, project: string): Hono {
  const pages = new Hono()

  // #region report
  pages.get('/:document/report', async (request) => {
    const report = await reportOf({ platform, project, task: request.req.param('document') })
    // The page has its own content security policy: it may talk to this server and to nobody else.
    return request.html(await reportPage(report, { eventsAddress: 'report/events' }))
  })

  pages.get('/:document/report/events', (request) =>
    streamSSE(request, async (stream) => {
      const gone = new AbortController()
      stream.onAbort(() => gone.abort())
      const place = { platform, project, task: request.req.param('document') }
      try {
        for await (const change of followReport(place, { signal: gone.signal })) {
          const data = change.type === 'document' ? change.document : { total: change.total, lines: change.lines }
          await stream.writeSSE({ event: change.type, data: JSON.stringify(data) })
        }
        await stream.writeSSE({ event: 'end', data: '{}' })
      } catch (error) {
        // Nobody listens any more, and the job goes on.
        if (!gone.signal.aborted) throw error
      }
    }),
  )
  // #endregion

  return pages
}
