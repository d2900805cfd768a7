import { isSsmError } from '../../packages/core/src/errors/ssm-error.ts'
import { local } from '../../packages/core/src/local/index.ts'
import { objectUri } from '../../packages/core/src/names/object-uri.ts'

// Adds one to a number in the store again and again, each time replacing the version it read; prints each success.
const [root = '', times = '1'] = process.argv.slice(2)
const { objects } = local({ root })
const uri = objectUri('s3://ssm-local/race/count')
process.stdout.write('ready\n')
for (let done = 0; done < Number(times);) {
  const before = await objects.find(uri)
  let count = 0
  try {
    if (before !== undefined) for await (const chunk of objects.read(uri)) count = Number(Buffer.from(chunk).toString())
    await objects.write(
      uri,
      { kind: 'bytes', bytes: Buffer.from(String(count + 1)) },
      { onlyIf: before === undefined ? 'absent' : { etag: before.etag } },
    )
    process.stdout.write('+')
    done += 1
  } catch (cause) {
    if (!isSsmError(cause, 'OBJECT_CHANGED')) throw cause
  }
}
