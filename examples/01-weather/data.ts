/** The published weather of two cities (npm package `vega-datasets`), one file per city and year. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

export async function weatherFiles(folder: string): Promise<string> {
  const dataset = join(dirname(createRequire(import.meta.url).resolve('vega-datasets')), '..', 'data', 'weather.csv')
  const [header = '', ...lines] = (await readFile(dataset, 'utf8')).trimEnd().split('\n')
  const files = new Map<string, string[]>()
  for (const line of lines) {
    const [city = '', date = ''] = line.split(',')
    const name = `${city.toLowerCase().replaceAll(' ', '-')}-${date.slice(0, 4)}.csv`
    files.set(name, [...(files.get(name) ?? [header]), line])
  }
  await mkdir(folder, { recursive: true })
  for (const [name, rows] of files) await writeFile(join(folder, name), `${rows.join('\n')}\n`)
  return folder
}
