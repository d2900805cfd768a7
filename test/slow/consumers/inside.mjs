// The same under a test runner with globals: `test` and `expect` are Jest's or vitest's.
test('tasks run inside this test runner', async () => {
  const { tryTasks } = await import('./out/program.js')
  expect(await tryTasks(import.meta.dirname ?? process.cwd(), process.env.RUNNER_STORE)).toBe(process.env.CONSUMER_EXPECTED)
}, 60_000)
