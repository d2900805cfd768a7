// As inside.mjs, for Jest as it is without settings: CommonJS in a realm of its own.
const { tryTasks } = require('./out/program.js')

test('tasks run inside this test runner', async () => {
  expect(await tryTasks(__dirname, process.env.RUNNER_STORE)).toBe(process.env.CONSUMER_EXPECTED)
}, 60_000)
