// Imports one module in a fresh process and tells, as JSON, what that loaded and what it left behind.
import { register } from 'node:module'
import process from 'node:process'
import { MessageChannel } from 'node:worker_threads'

const { port1, port2 } = new MessageChannel()
const hooks = `
  let port
  export const initialize = (data) => { port = data.port }
  export const resolve = async (specifier, context, next) => {
    const found = await next(specifier, context)
    port.postMessage(found.url)
    return found
  }`
const loaded = []
port1.on('message', (url) => loaded.push(url))
port1.unref()
register(`data:text/javascript,${encodeURIComponent(hooks)}`, import.meta.url, { data: { port: port2 }, transferList: [port2] })

const state = () => ({
  globals: Object.getOwnPropertyNames(globalThis).length,
  environment: JSON.stringify(process.env),
  listeners: process
    .eventNames()
    .map((name) => `${String(name)} ${process.listenerCount(name)}`)
    .join(),
  resources: process.getActiveResourcesInfo().sort().join(),
  prototypes: [Object, Array, Promise, Error, String].map(({ prototype }) => Reflect.ownKeys(prototype).length).join(),
})

await import('node:path')
const before = state()
const exported = Object.keys(await import(process.argv[2]))
// Whatever the import began without waiting for it shows after a moment.
await new Promise((resolve) => setTimeout(resolve, 50))
const after = state()
const changed = Object.keys(before).filter((key) => before[key] !== after[key])
process.stdout.write(
  JSON.stringify({ exported, loaded, changed: changed.map((key) => `${key}: ${before[key]} → ${after[key]}`) }),
)
