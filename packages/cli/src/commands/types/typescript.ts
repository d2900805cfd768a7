import type { Document, ObjectShape, Shape, Typed, DeclaredTask } from './shapes.ts'

/** The types of Node workers: `worker<Train>()` knows channels, hyperparameters and the result. */
export function typescriptText({ tasks, objects }: Typed): string {
  return [
    '// Written by `ssm types`: change the declarations of the program instead, and run it again.',
    ...objects.map(interfaceOf),
    ...tasks.map(taskOf),
  ]
    .join('\n\n')
    .concat('\n')
}

function interfaceOf({ name, fields }: ObjectShape): string {
  const lines = fields.map(({ key, shape, isNeeded }) => `  readonly ${keyOf(key)}${isNeeded ? '' : '?'}: ${typeOf(shape)}`)
  return [`export interface ${name} {`, ...lines, '}'].join('\n')
}

function taskOf({ task, name, channels, documents, fields }: DeclaredTask): string {
  const parts = documents.flatMap(({ part, shape, file }) => (file === undefined ? [`  readonly ${part}: ${typeOf(shape)}`] : []))
  const named = channels.length === 0 ? 'never' : channels.map((channel) => JSON.stringify(channel)).join(' | ')
  return [
    `/** The task ${JSON.stringify(task)}: \`worker<${name}>({ types: ${constantOf(name)} })\`. */`,
    `export interface ${name} {`,
    `  readonly channels: ${named}`,
    ...parts,
    ...filesOf(
      'reads',
      documents.filter(({ part }) => part === 'channel'),
    ),
    ...filesOf(
      'writes',
      documents.filter(({ part }) => part === 'output'),
    ),
    '}',
    '',
    `/** What these types were written from: \`worker\` refuses a job that declares something else. */`,
    `export const ${constantOf(name)} = ${JSON.stringify(fields)}`,
  ].join('\n')
}

/** Files by their place; of one with a document on each line the type is that of a line. */
function filesOf(member: string, documents: readonly Document[]): readonly string[] {
  const lines = documents.flatMap(({ shape, file }) =>
    file === undefined ? [] : [`    readonly ${JSON.stringify(`${file.place}/${file.path}`)}: ${typeOf(shape)}`],
  )
  return lines.length === 0 ? [] : [`  readonly ${member}: {`, ...lines, '  }']
}

const constantOf = (name: string): string => `${name.slice(0, 1).toLowerCase()}${name.slice(1)}Types`

const keyOf = (key: string): string => (/^[A-Za-z_$][\w$]*$/.test(key) ? key : JSON.stringify(key))

function typeOf(shape: Shape): string {
  switch (shape.kind) {
    case 'any':
      return 'unknown'
    case 'text':
      return 'string'
    case 'integer':
      return 'number'
    case 'number':
    case 'boolean':
    case 'null':
      return shape.kind
    case 'literal':
      return shape.values.map((value) => JSON.stringify(value)).join(' | ')
    case 'list':
      return `readonly ${inList(shape.item)}[]`
    case 'tuple':
      return `readonly [${shape.items.map(typeOf).join(', ')}]`
    case 'record':
      return `Readonly<Record<string, ${typeOf(shape.value)}>>`
    case 'union':
      return shape.of.map(typeOf).join(' | ')
    case 'object':
      return shape.name
  }
}

const inList = (shape: Shape): string => {
  const text = typeOf(shape)
  return /[ |]/.test(text) ? `(${text})` : text
}
