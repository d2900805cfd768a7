import { server } from './server.ts'

// PORT=0 takes any free port.
server.listen(Number(process.env['PORT'] ?? 8787), () => {
  const address = server.address()
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0
  const at = `http://localhost:${String(port)}/runs/song`
  console.log(`Listening. Try this:\n  curl -N -X POST ${at} -d 'row row row your boat'\n  curl ${at}`)
})

// Jobs go on when the service ends; after a restart the same request joins them.
process.once('SIGTERM', () => server.close())
