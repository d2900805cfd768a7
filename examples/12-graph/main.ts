/** A project as a graph: tasks side by side, one that fails, and what became of the others. */
import { join } from 'node:path'
import { printEvents } from '@simple-sagemaker/cli/print'
import { project } from '@simple-sagemaker/core'

const here = import.meta.dirname
const out = join(here, 'out')
const shop = project('graph', { platform: 'local' })
const sales = shop.task('sales').shell('echo 12 > "$SM_MODEL_DIR/sales.txt"')
const stock = shop.task('stock').shell('echo 7 > "$SM_MODEL_DIR/stock.txt"')
const prices = shop.task('prices').shell('echo "no price list for today" >&2; exit 3')
const report = shop
  .task('report')
  .shell('paste -d , "$SM_CHANNEL_SALES/sales.txt" "$SM_CHANNEL_STOCK/stock.txt" > "$SM_OUTPUT_DATA_DIR/report.csv"')
  .input.from(sales.output('model'), { channel: 'sales', unpack: true })
  .input.from(stock.output('model'), { channel: 'stock', unpack: true })
const offers = shop.task('offers').shell('cat "$SM_CHANNEL_PRICES"/*').input.from(prices.output('model'), { channel: 'prices' })

const known = shop.add(sales).add(stock).add(prices).add(report).add(offers)
const outcome = await known.run({ parallel: 2, onEvent: printEvents() })
for (const [name, task] of Object.entries(outcome.tasks)) console.log(`${name}: ${task.status}`)
if (outcome.tasks.report.status === 'completed') await outcome.tasks.report.result.download(out, { only: ['output'] })
