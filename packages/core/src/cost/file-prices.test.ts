import { existsSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryDirectory } from '../files/temporary.ts'
import { filePrices } from './file-prices.ts'

test.skipIf(!existsSync('/dev/zero'))('a file of prices that leads to a device without end is refused at once', async () => {
  await using scratch = await temporaryDirectory()
  const path = join(scratch.path, 'prices.json')
  symlinkSync('/dev/zero', path)
  const asked = filePrices(path).priceOf({ instanceType: 'ml.m5.large', use: 'training', region: 'eu-west-1' })
  await expect(asked).rejects.toMatchObject({ code: 'STORAGE_DENIED', facts: { path } })
})
