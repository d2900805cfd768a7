import type { JsonSchema, TaskDeclaration } from '@simple-sagemaker/core'

/** A task for each schema. The document stands in a field of its result, so that a class reads and writes it. */
export const declared = (schemas: readonly JsonSchema[]): readonly TaskDeclaration[] =>
  schemas.map((schema, index) => ({
    task: `t${index}`,
    kind: 'training',
    channels: [],
    documents: [],
    fields: '',
    result: { type: 'object', properties: { doc: schema }, required: ['doc'], additionalProperties: false },
  }))
