import { basename } from 'node:path/posix'
import type { GeneratedFile } from './node-entry.ts'

/** The program around a Python function: it serves its calls, and starts itself again for each process that makes some. */
export function pythonCalls(entry: string, exported: string): { readonly entry: string; readonly file: GeneratedFile } {
  const path = entry.replace(/\.py$/, '.calls.py')
  // A text of JSON is one of Python's for what names of files and functions hold.
  const [module, name] = [basename(entry), exported].map((text) => JSON.stringify(text))
  const lines = ['from worker_toolkit.functions import serve_calls', '', `serve_calls(__file__, ${module}, ${name})`, '']
  return { entry: path, file: { path, bytes: Buffer.from(lines.join('\n')) } }
}
