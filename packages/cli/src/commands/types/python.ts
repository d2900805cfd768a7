import { methodsOf, plainDocuments, type OwnDocument } from './python-documents.ts'
import { readOf, pythonLiteral, pythonLiterals, typeOf, variableOf } from './python-shapes.ts'
import { pythonSupport } from './python-support.ts'
import type { Field, ObjectShape, Shape, Typed, DeclaredTask } from './shapes.ts'

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
    ...checkAtStart(tasks),
  ]
  return `${[pythonSupport.trimEnd(), ...parts].join('\n\n\n')}\n`
}

/** A program that imports the types ends at once when its job was started with another declaration, and not when it saves what it made. */
function checkAtStart(tasks: readonly DeclaredTask[]): readonly string[] {
  const declared = tasks.filter(({ task, fields }) => fields !== '' && isOnly(task, tasks))
  if (declared.length === 0) return []
  return [
    [
      '_DECLARED = {',
      ...declared.map(({ task, fields }) => `    ${pythonLiteral(task)}: ${pythonLiteral(fields)},`),
      '}',
      'if os.environ.get("SSM_TASK") in _DECLARED:',
      '    _check_types(_DECLARED[os.environ["SSM_TASK"]])',
    ].join('\n'),
  ]
}

// Two projects of one file may have tasks of one name.
const isOnly = (name: string, tasks: readonly DeclaredTask[]): boolean => tasks.filter(({ task }) => task === name).length === 1

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
      : [
          `_KEYS[${pythonLiteral(object.name)}] = {${renamed.map(({ name, key }) => `${pythonLiteral(name)}: ${pythonLiteral(key)}`).join(', ')}}`,
        ]),
    ...(nullable.length === 0
      ? []
      : [`_NULLABLE[${pythonLiteral(object.name)}] = ${pythonLiterals(nullable.map(({ name }) => name))}`]),
    ...(renamed.length + nullable.length === 0 ? [] : ['', '']),
    ...readerOf(object, inOrder),
  ].join('\n')
}

function readerOf(object: ObjectShape, attributes: readonly Attribute[]): readonly string[] {
  const needed = attributes.filter(({ isNeeded }) => isNeeded).map(({ key }) => key)
  const others = attributes.filter(({ isNeeded }) => !isNeeded).map(({ key }) => key)
  const lines = attributes.map(({ name, key, shape, isNeeded, isNullable }) =>
    isNeeded
      ? `        ${name}=${readOf(shape)}(given[${pythonLiteral(key)}], at + ${pythonLiteral(`.${key}`)}),`
      : `        ${name}=_maybe(${readOf(shape)}, given, ${pythonLiteral(key)}, at, ${isNullable ? 'MISSING' : 'None'}),`,
  )
  return [
    `def _read_${object.name}(value: object, at: str) -> ${object.name}:`,
    `    ${lines.length === 0 ? '' : 'given = '}_fields(value, at, ${pythonLiterals(needed)}, ${object.isClosed ? pythonLiterals(others) : 'None'})`,
    ...(lines.length === 0 ? [`    return ${object.name}()`] : [`    return ${object.name}(`, ...lines, '    )']),
  ]
}

function channelsOf({ task, name, channels }: DeclaredTask): readonly string[] {
  if (channels.length === 0) return []
  const taken = new Set<string>()
  const methods = channels.flatMap((channel) => [
    '',
    '    @staticmethod',
    `    def ${attributeName(channel, taken)}() -> str:`,
    `        return _channel(${pythonLiteral(variableOf('SM_CHANNEL', channel))})`,
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

// What the class itself has, and what its annotations and methods are written with.
const reserved =
  'from_json load save load_all save_all values value at cls self given str int float bool object classmethod dataclass to_json Any Dict Iterable Iterator List Literal Mapping Optional Tuple Union Missing MISSING'.split(
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
