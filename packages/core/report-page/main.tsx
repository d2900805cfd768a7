import { render } from 'preact'
import { Report } from './report.tsx'
import { startWith } from './live.ts'

// The document lies in the page as data; a page that is served learns of changes from its server.
const data = document.querySelector('#report')
const place = document.querySelector('main')
if (data !== null && place !== null) {
  const report = startWith(data)
  render(<Report source={report} />, place)
}
