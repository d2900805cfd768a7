import { availableParallelism } from 'node:os'
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config'
import { LongestFirst } from './test/support/longest-first.ts'

// The sources run without a build. Never add 'module' here: it hands Node the AWS SDK's browser-style files.
const conditions = ['ssm-source', 'node', 'development|production']
const measured = process.env['SSM_COVERAGE'] !== undefined
const report = process.env['SSM_TEST_REPORT']
// Real processes in numbers, minutes, gigabytes and hundreds of rounds: SSM_SLOW=1 npx vitest run --project slow
const runsSlowTests = process.env['SSM_SLOW'] === '1'
const slowTests: TestProjectInlineConfiguration = {
  extends: true,
  test: {
    name: 'slow',
    globalSetup: ['./test/support/programs.ts'],
    // The launcher's tests once more, in every shell.
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true', SSM_ALL_SHELLS: '1' },
    include: [
      // Coverage waits for those that execute what no other test does: containers, full disks, files in bad shape. The others execute built packages.
      ...(measured
        ? ['test/slow/{containers,registry,report}.test.ts', 'test/chaos/{hostile,shortages}.test.ts']
        : ['test/slow/**/*.test.ts', 'test/chaos/**/*.test.ts']),
      'packages/*/src/**/*.slow.test.ts',
      'test/**/*.slow.test.ts',
      'packages/worker-toolkit/src/launcher*.test.ts',
    ],
  },
}

export default defineConfig({
  resolve: { conditions: ['ssm-source'] },
  ssr: { resolve: { conditions } },
  test: {
    isolate: false,
    setupFiles: measured ? ['./scripts/coverage-setup.mjs'] : [],
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    // A busy computer takes its time: this ends what would never end.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // What is waited for ends the waiting.
    expect: { poll: { timeout: 20_000 } },
    // Most tests wait for processes that they started, so there may be more of them than processors.
    maxWorkers: Math.ceil(availableParallelism() * 1.5),
    sequence: { sequencer: LongestFirst },
    // One line for each file, and failures in full; the numbers as a file for whoever sums them up.
    silent: 'passed-only',
    slowTestThreshold: 600_000,
    reporters: ['default', ...(report === undefined ? [] : [['json', { outputFile: report }] satisfies [string, object]])],
    // `npm run coverage`
    coverage: {
      provider: 'custom',
      customProviderModule: './scripts/coverage-provider.mjs',
      include: ['packages/core/src/**/*.ts'],
      exclude: ['**/*.test.ts'],
      reporter: ['text-summary', 'json-summary', 'json', 'html'],
      thresholds: { lines: 96, branches: 90 },
    },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          globalSetup: ['./test/support/programs.ts'],
          include: ['packages/*/src/**/*.test.ts', 'packages/*/test/**/*.test.ts', 'test/**/*.test.ts', 'scripts/**/*.test.ts'],
          exclude: ['test/live/**', 'test/slow/**', 'test/chaos/**', '**/*.slow.test.ts', '**/node_modules/**', '**/dist/**'],
        },
      },
      ...(runsSlowTests ? [slowTests] : []),
      {
        extends: true,
        test: {
          name: 'types',
          include: [],
          typecheck: {
            enabled: true,
            only: true,
            checker: './node_modules/.bin/tsc',
            include: ['test/types/**/*.test-d.ts'],
            tsconfig: './tsconfig.types.json',
          },
        },
      },
    ],
  },
})
