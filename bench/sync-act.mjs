// One program's worth of our sync, for bench/sync.bench.mjs: node sync-act.mjs up|down FOLDER s3://BUCKET/PREFIX [CACHE]
import process from 'node:process'

const [act, folder, place, cacheDir] = process.argv.slice(2)
const built = new URL('../packages/core/dist/', import.meta.url)
const { aws } = await import(new URL('aws/index.js', built).href)
const platform = aws()
try {
  const { objects } = platform
  if (act === 'up') {
    const { syncFolder } = await import(new URL('sync/folder.js', built).href)
    await syncFolder({ source: folder, target: `${place}/files/`, index: `${place}/index.json`, cacheDir, objects })
  } else {
    const { downloadFolder } = await import(new URL('sync/download.js', built).href)
    await downloadFolder({ source: `${place}/files/`, target: folder, objects })
  }
} finally {
  await platform[Symbol.asyncDispose]()
}
