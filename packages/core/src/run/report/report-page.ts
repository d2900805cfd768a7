import { createHash } from 'node:crypto'
import { join, resolve } from 'node:path'
import { SsmError } from '../../errors/ssm-error.ts'
import { corePackage } from '../../files/own-package.ts'
import { headOf, readBytes } from '../../files/read.ts'
import { writeWhole } from '../../files/write-whole.ts'
import { assertNoHomePath } from '../../options/errors.ts'
import type { Abortable } from '../../platform/abortable.ts'
import type { ReportDocument } from './report-document.ts'

/** How a page is made. */
export interface PageOptions {
  /** Where a page that is served hears of changes; absent for a file. */
  readonly eventsAddress?: string
}

/**
 * A report as one HTML page that needs nothing else: no request leaves it, and only its own script runs in it. Texts of logs, names and
 * reasons are data in it, never markup.
 *
 * @throws {SsmError} `PACKAGE_MISSING` when the files of this package are not installed.
 */
export async function reportPage(report: ReportDocument, { eventsAddress }: PageOptions = {}): Promise<string> {
  const folder = join(corePackage(), 'dist', 'programs')
  const [script, style] = await Promise.all(
    ['report-page.js', 'report-page.css'].map(async (name) =>
      Buffer.from(await readBytes(join(folder, name), 'PACKAGE_MISSING')).toString('utf8'),
    ),
  )
  const [events, connect] =
    eventsAddress === undefined ? ['', "'none'"] : [` data-events="${attribute(eventsAddress)}"`, "'self'"]
  const policy = [
    "default-src 'none'",
    `script-src '${digestOf(script ?? '')}'`,
    `style-src '${digestOf(style ?? '')}'`,
    `connect-src ${connect}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ')
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="referrer" content="no-referrer">',
    ownMark,
    '<title>Report</title>',
    `<style>${style}</style>`,
    '</head>',
    '<body>',
    '<main></main>',
    `<script type="application/json" id="report"${events}>${jsonForPage(report)}</script>`,
    `<script>${script}</script>`,
    '</body>',
    '</html>',
    '',
  ].join('\n')
}

/** In the head of every page, by which a report of ours is known again. */
const ownMark = '<meta name="generator" content="simple-sagemaker report">'

/**
 * Writes the page of a report, whole or not at all. Replaces an earlier report of this name, and no other file. Gives how many bytes
 * it has.
 *
 * @throws {SsmError} `STORAGE_FULL`; `STORAGE_DENIED`, also when the file is there and is no report.
 */
export async function writeReport(report: ReportDocument, file: string, options: Abortable = {}): Promise<number> {
  assertNoHomePath(file)
  const page = await reportPage(report)
  const path = resolve(file)
  const there = await headOf(path, ownHeadBytes)
  if (there !== undefined && !there.includes(ownMark))
    throw new SsmError('STORAGE_DENIED', `${path} is there already, and it is no report`, {
      hint: 'Name another file, or remove this one.',
      facts: { path },
    })
  return writeWhole(path, page, options)
}

/** The mark stands behind the policy, in the first lines. */
const ownHeadBytes = 2_048

const digestOf = (text: string): string => `sha256-${createHash('sha256').update(text).digest('base64')}`

/** JSON that can stand in a page: without `<` nothing in it ends the element or begins another one. */
export const jsonForPage = (value: unknown): string => JSON.stringify(value).replaceAll('<', '\\u003c')

const attribute = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')
