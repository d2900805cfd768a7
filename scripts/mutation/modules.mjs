// What is tested by mutations: decisions, names and paths, where a wrong condition costs somebody's data or money.

const src = 'packages/core/src'

/** @type {Readonly<Record<string, { readonly sources: readonly string[], readonly tests: readonly string[] }>>} */
export const modules = {
  decide: { sources: [`${src}/run/decide/decide.ts`], tests: [`${src}/run/decide/decide.test.ts`] },
  request: {
    sources: [`${src}/request/*.ts`, `!${src}/request/*.test.ts`],
    tests: [`${src}/request/*.test.ts`, 'test/golden/golden.test.ts', 'test/golden/option-reach.test.ts'],
  },
  'sync-plan': { sources: [`${src}/sync/sync-plan.ts`], tests: [`${src}/sync/sync-plan.test.ts`] },
  fingerprint: {
    sources: [`${src}/bundle/fingerprint.ts`],
    tests: [`${src}/bundle/fingerprint.test.ts`, `${src}/bundle/fingerprint-parts.test.ts`],
  },
  'safe-path': {
    sources: [`${src}/archive/safe-path.ts`, `${src}/archive/name-collisions.ts`],
    tests: [`${src}/archive/safe-path.test.ts`, `${src}/archive/name-collisions.test.ts`],
  },
  policy: {
    sources: [`${src}/aws/roles/policies.ts`, `${src}/aws/roles/policy-document.ts`],
    tests: [`${src}/aws/roles/policies.test.ts`, `${src}/aws/roles/policy-documents.test.ts`],
  },
  'job-state': { sources: [`${src}/aws/jobs/job-state.ts`], tests: [`${src}/aws/jobs/job-state.test.ts`] },
  duration: { sources: [`${src}/time/duration.ts`], tests: [`${src}/time/duration.test.ts`] },
  names: { sources: [`${src}/names/*.ts`, `!${src}/names/*.test.ts`], tests: [`${src}/names/*.test.ts`] },
}
