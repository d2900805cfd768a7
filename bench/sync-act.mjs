// One program's worth of our sync, for bench/sync.bench.mjs, which bundles it from the sources of this moment:
// node sync-act.mjs up|down FOLDER s3://BUCKET/PREFIX [CACHE] · node sync-act.mjs prepare FILE s3://BUCKET
import { readFile } from 'node:fs/promises'
import process from 'node:process'
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { aws } from '../packages/core/src/aws/index.ts'
import { downloadFolder } from '../packages/core/src/sync/download.ts'
import { syncFolder } from '../packages/core/src/sync/folder.ts'

const [act, folder, place, cacheDir] = process.argv.slice(2)

if (act === 'prepare') await prepare(folder, new URL(place).host)
else {
  const platform = aws()
  try {
    const { objects } = platform
    if (act === 'up')
      await syncFolder({ source: folder, target: `${place}/files/`, index: `${place}/index.json`, cacheDir, objects })
    else await downloadFolder({ source: `${place}/files/`, target: folder, objects })
  } finally {
    await platform[Symbol.asyncDispose]()
  }
}

// What a fresh server does for the first time takes it seconds, with the first large object a second or two more.
async function prepare(file, bucket) {
  const client = new S3Client({ forcePathStyle: true })
  await client.send(new CreateBucketCommand({ Bucket: bucket }))
  if (file === '') return
  await client.send(new PutObjectCommand({ Bucket: bucket, Key: 'first', Body: await readFile(file) }))
  const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: 'first' }))
  await Body.transformToByteArray()
}
