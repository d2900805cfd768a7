import type { FoundProblem } from '../../options/option.ts'
import type { Draft } from '../draft.ts'

/** What is given as a schema is one: a value without types may be anything, and is asked only when the job has ended. */
export function schemaProblems(draft: Draft): readonly FoundProblem[] {
  return (['resultSchema', 'hyperparameterSchema'] as const).flatMap((path): readonly FoundProblem[] => {
    const schema: unknown = draft[path]
    if (schema === undefined || isSchema(schema)) return []
    const hint = 'Use a schema of zod, valibot, arktype or another library of Standard Schema.'
    return [{ path, value: schema, message: 'must be a Standard Schema', hint }]
  })
}

function isSchema(value: unknown): boolean {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false
  const standard = (value as { readonly '~standard'?: { readonly validate?: unknown } | null })['~standard']
  return typeof standard?.validate === 'function'
}
