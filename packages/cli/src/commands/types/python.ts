import { pythonSupport } from './python-support.ts'
import { pascal, type Document, type Field, type ObjectShape, type Shape, type Typed, type TypedTask } from './shapes.ts'

/** The types of Python workers: frozen dataclasses that load and save themselves. */
export function pythonText({ tasks, objects }: Typed): string {
  const documents = new Map(
    tasks.flatMap(({ documents, fields }) =>
      documents.flatMap((each) => (each.shape.kind === 'object' ? [[each.shape.name, { ...each, fields }] as const] : [])),
    ),
  )
  const parts = [
    ...objects.map((object) => classOf(object, documents.get(object.name))),
    ...tasks.flatMap((task) => [...plainDocuments(task), ...channelsOf(task)]),
  ]
  return `${[pythonSupport.trimEnd(), ...parts].join('\n\n\n')}\n`
}

interface OwnDocument extends Document {
  readonly fields: string
}

interface Attribute extends Field {
  readonly name: string
  readonly isNullable: boolean
}

function classOf(object: ObjectShape, document: OwnDocument | undefined): string {
  const attributes = attributesOf(object)
  // Fields with a default must follow those without.
  const inOrder = [...attributes.filter(({ isNeeded }) => isNeeded), ...attributes.filter(({ isNeeded }) => !isNeeded)]
  const renamed = attributes.filter(({ name, key }) => name !== key)
  const nullable = attributes.filter(({ isNeeded, isNullable }) => !isNeeded && isNullable)
  return [
    '@dataclass(frozen=True)',
    `class ${object.name}:`,
    ...inOrder.map((attribute) => `    ${attribute.name}: ${annotationOf(attribute)}`),
    ...(inOrder.length === 0 ? [] : ['']),
    '    @classmethod',
    `    def from_json(cls, value: object, at: str = "value") -> "${object.name}":`,
    '        """From plain data, as json.load gives it. Raises WrongDocument with the place of what is wrong."""',
    `        return _read_${object.name}(value, at)`,
    ...(document === undefined ? [] : methodsOf(object.name, document)),
    '',
    '',
    ...(renamed.length === 0
      ? []
      : [`_KEYS[${text(object.name)}] = {${renamed.map(({ name, key }) => `${text(name)}: ${text(key)}`).join(', ')}}`]),
    ...(nullable.length === 0 ? [] : [`_NULLABLE[${text(object.name)}] = ${textsOf(nullable.map(({ name }) => name))}`]),
    ...(renamed.length + nullable.length === 0 ? [] : ['', '']),
    ...readerOf(object, inOrder),
  ].join('\n')
}

function methodsOf(name: string, { part, fields }: OwnDocument): readonly string[] {
  if (part === 'hyperparameters')
    return [
      '',
      '    @classmethod',
      `    def load(cls) -> "${name}":`,
      '        """The hyperparameters of this job. Raises WrongDocument, and TypesDiffer when the job was started with another declaration."""',
      `        _check_types(${text(fields)})`,
      `        return _read_${name}(_load_hyperparameters(), "hyperparameters")`,
    ]
  return [
    '',
    '    def save(self) -> None:',
    '        """Leaves this as the result of the job, whole or not at all. Raises WrongDocument, and TypesDiffer as load does."""',
    `        _check_types(${text(fields)})`,
    '        value = to_json(self)',
    `        _read_${name}(value, "result")`,
    '        _save_result(value)',
  ]
}

function readerOf(object: ObjectShape, attributes: readonly Attribute[]): readonly string[] {
  const needed = attributes.filter(({ isNeeded }) => isNeeded).map(({ key }) => key)
  const others = attributes.filter(({ isNeeded }) => !isNeeded).map(({ key }) => key)
  const lines = attributes.map(({ name, key, shape, isNeeded, isNullable }) =>
    isNeeded
      ? `        ${name}=${readOf(shape)}(given[${text(key)}], at + ${text(`.${key}`)}),`
      : `        ${name}=_maybe(${readOf(shape)}, given, ${text(key)}, at, ${isNullable ? 'MISSING' : 'None'}),`,
  )
  return [
    `def _read_${object.name}(value: object, at: str) -> ${object.name}:`,
    `    ${lines.length === 0 ? '' : 'given = '}_fields(value, at, ${textsOf(needed)}, ${object.isClosed ? textsOf(others) : 'None'})`,
    ...(lines.length === 0 ? [`    return ${object.name}()`] : [`    return ${object.name}(`, ...lines, '    )']),
  ]
}

/** Documents that are no objects have functions in place of methods. */
function plainDocuments({ documents, fields }: TypedTask): readonly string[] {
  return documents
    .filter(({ shape }) => shape.kind !== 'object')
    .map(({ part, name, shape }) =>
      part === 'hyperparameters'
        ? [
            `def load_${name}() -> ${typeOf(shape)}:`,
            `    _check_types(${text(fields)})`,
            `    return ${readOf(shape)}(_load_hyperparameters(), "hyperparameters")`,
          ].join('\n')
        : [
            `def save_${name}(value: ${typeOf(shape)}) -> None:`,
            `    _check_types(${text(fields)})`,
            '    plain = to_json(value)',
            `    ${readOf(shape)}(plain, "result")`,
            '    _save_result(plain)',
          ].join('\n'),
    )
}

function channelsOf({ task, name, channels }: TypedTask): readonly string[] {
  if (channels.length === 0) return []
  const taken = new Set<string>()
  const methods = channels.flatMap((channel) => [
    '',
    '    @staticmethod',
    `    def ${attributeName(channel, taken)}() -> str:`,
    `        return _channel(${text(`SM_CHANNEL_${channel.toUpperCase().replaceAll(/[^A-Z0-9_]/g, '_')}`)})`,
  ])
  return [[`class ${name}Channels:`, `    """The folders of the channels of the task ${task}."""`, ...methods].join('\n')]
}

function attributesOf({ fields }: ObjectShape): readonly Attribute[] {
  const taken = new Set(reserved)
  return fields.map((field) => ({ ...field, name: attributeName(field.key, taken), isNullable: takesNull(field.shape) }))
}

function annotationOf({ shape, isNeeded, isNullable }: Attribute): string {
  if (isNeeded) return typeOf(shape)
  return isNullable ? `Union[${typeOf(shape)}, Missing] = MISSING` : `Optional[${typeOf(shape)}] = None`
}

const takesNull = (shape: Shape): boolean =>
  shape.kind === 'null' ||
  shape.kind === 'any' ||
  (shape.kind === 'literal' && shape.values.includes(null)) ||
  (shape.kind === 'union' && shape.of.some(takesNull))

function typeOf(shape: Shape): string {
  switch (shape.kind) {
    case 'any':
      return 'Any'
    case 'text':
      return 'str'
    case 'number':
      return 'float'
    case 'integer':
      return 'int'
    case 'boolean':
      return 'bool'
    case 'null':
      return 'None'
    case 'literal':
      // Python has no literal types for numbers with a fraction.
      return shape.values.some((value) => typeof value === 'number' && !Number.isSafeInteger(value))
        ? 'Any'
        : `Literal[${shape.values.map(literalOf).join(', ')}]`
    case 'list':
      return `List[${typeOf(shape.item)}]`
    case 'tuple':
      return `Tuple[${shape.items.length === 0 ? '()' : shape.items.map(typeOf).join(', ')}]`
    case 'record':
      return `Dict[str, ${typeOf(shape.value)}]`
    case 'union':
      return `Union[${shape.of.map(typeOf).join(', ')}]`
    case 'object':
      return `"${shape.name}"`
  }
}

function readOf(shape: Shape): string {
  switch (shape.kind) {
    case 'null':
      return '_literal(None)'
    case 'literal':
      return `_literal(${shape.values.map(literalOf).join(', ')})`
    case 'list':
      return `_list(${readOf(shape.item)})`
    case 'tuple':
      return `_tuple(${shape.items.map(readOf).join(', ')})`
    case 'record':
      return `_record(${readOf(shape.value)})`
    case 'union':
      return shape.of.map(readOf).reduceRight((sofar, read) => `_either(${read}, ${sofar})`)
    case 'object':
      return `_read_${shape.name}`
    default:
      return `_${shape.kind}`
  }
}

const literalOf = (value: string | number | boolean | null): string =>
  value === null
    ? 'None'
    : typeof value === 'boolean'
      ? pascal(String(value))
      : typeof value === 'string'
        ? text(value)
        : String(value)

/** A text as Python writes it: JSON's escapes are Python's, but for characters outside the first 65,536. */
const text = (value: string): string =>
  `"${Array.from(value, (character) => (/[ !#-[\]-~]/.test(character) ? character : escaped(character))).join('')}"`

const escaped = (character: string): string => `\\U${(character.codePointAt(0) ?? 0).toString(16).padStart(8, '0')}`

const textsOf = (values: readonly string[]): string => `(${values.map((value) => `${text(value)},`).join(' ')})`

// What the class itself has, and what its annotations and methods are written with.
const reserved =
  'from_json load save value at cls self given str int float bool object classmethod dataclass to_json Any Dict List Literal Mapping Optional Tuple Union Missing MISSING'.split(
    ' ',
  )

const keywords = new Set(
  'False None True and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield'.split(
    ' ',
  ),
)

function attributeName(key: string, taken: Set<string>): string {
  const letters = key.replaceAll(/[^A-Za-z0-9_]/g, '_').replace(/^(?=\d)|^_+/, 'f_')
  const plain = letters === '' ? 'f_' : letters
  let free = keywords.has(plain) ? `${plain}_` : plain
  for (let count = 2; taken.has(free); count++) free = `${plain}_${count}`
  taken.add(free)
  return free
}
