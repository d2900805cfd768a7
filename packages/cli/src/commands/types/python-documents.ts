import { readOf, pythonLiteral, typeOf, variableOf } from './python-shapes.ts'
import type { Document, DeclaredTask } from './shapes.ts'

/** A document of a task, and the declaration of the task in short. */
export interface OwnDocument extends Document {
  readonly fields: string
}

/** How the class of a document loads or saves it. */
export function methodsOf(name: string, document: OwnDocument): readonly string[] {
  const { part, fields } = document
  const check = `        _check_types(${pythonLiteral(fields)})`
  if (document.file?.hasLines === true) return lineMethods(name, document, document.file, check)
  const raises = 'Raises WrongDocument, and TypesDiffer when the job was started with another declaration.'
  if (part === 'hyperparameters' || part === 'channel') {
    const what =
      part === 'hyperparameters' ? 'The hyperparameters of this job.' : `The document ${plainTitle(document)} of a channel.`
    return [
      '',
      '    @classmethod',
      `    def load(cls) -> "${name}":`,
      `        """${what} ${raises}"""`,
      check,
      `        return _read_${name}(${loadOf(document)}, ${pythonLiteral(titleOf(document))})`,
    ]
  }
  const what = part === 'result' ? 'as the result of the job' : `as the document ${plainTitle(document)} of an output`
  return [
    '',
    '    def save(self) -> None:',
    `        """Leaves this ${what}, whole or not at all. ${raises}"""`,
    check,
    '        value = to_json(self)',
    `        _read_${name}(value, ${pythonLiteral(titleOf(document))})`,
    `        ${saveOf(document, 'value')}`,
  ]
}

function lineMethods(name: string, document: OwnDocument, file: FileOfLines, check: string): readonly string[] {
  const title = pythonLiteral(titleOf(document))
  if (document.part === 'channel')
    return [
      '',
      '    @classmethod',
      `    def load_all(cls) -> Iterator["${name}"]:`,
      `        """The lines of ${plainTitle(document)} of a channel, one after the other. Raises as from_json does, with the number of the line."""`,
      check,
      `        lines = _load_lines(${folderOf(document)}, ${pythonLiteral(file.path)}, ${title})`,
      `        return (_read_${name}(value, at) for at, value in lines)`,
    ]
  return [
    '',
    '    @classmethod',
    `    def save_all(cls, values: Iterable["${name}"]) -> None:`,
    `        """Leaves these as the lines of ${plainTitle(document)} of an output, whole or not at all. Raises as from_json does."""`,
    check,
    `        _save_lines(${folderOf(document)}, ${pythonLiteral(file.path)}, _checked(values, _read_${name}, ${title}))`,
  ]
}

type FileOfLines = NonNullable<Document['file']>

/** How messages name a document. */
const titleOf = ({ part, file }: Document): string => (file === undefined ? part : `${file.place}/${file.path}`)
/** The same in a comment of Python's. */
const plainTitle = (document: Document): string => titleOf(document).replaceAll(/[\\"]/g, '_')

function loadOf(document: Document): string {
  const { file } = document
  if (file === undefined) return '_load_hyperparameters()'
  return `_load_document(${folderOf(document)}, ${pythonLiteral(file.path)}, ${pythonLiteral(titleOf(document))})`
}

const saveOf = (document: Document, value: string): string =>
  document.file === undefined
    ? `_save_result(${value})`
    : `_save_lines(${folderOf(document)}, ${pythonLiteral(document.file.path)}, (${value},))`

function folderOf({ part, file }: Document): string {
  const place = file?.place ?? ''
  if (part === 'channel') return `_channel(${pythonLiteral(variableOf('SM_CHANNEL', place))})`
  const variables = place === 'model' ? ['SM_MODEL_DIR'] : ['SM_OUTPUT_DATA_DIR', 'SSM_OUTPUT']
  const own = ['model', 'output'].includes(place) ? variables : [variableOf('SSM_OUTPUT', place)]
  return `_output(${[place, ...own].map(pythonLiteral).join(', ')})`
}

/** Documents that are no objects have functions in place of methods. */
export function plainDocuments({ documents, fields }: DeclaredTask): readonly string[] {
  return documents.filter(({ shape }) => shape.kind !== 'object').map((document) => plainFunction(document, fields).join('\n'))
}

function plainFunction(document: Document, fields: string): readonly string[] {
  const { part, name, shape, file } = document
  const [type, read, title] = [typeOf(shape), readOf(shape), pythonLiteral(titleOf(document))]
  const check = `    _check_types(${pythonLiteral(fields)})`
  const isLoaded = part === 'hyperparameters' || part === 'channel'
  if (file?.hasLines === true)
    return isLoaded
      ? [
          `def load_all_${name}() -> Iterator[${type}]:`,
          check,
          `    lines = _load_lines(${folderOf(document)}, ${pythonLiteral(file.path)}, ${title})`,
          `    return (${read}(value, at) for at, value in lines)`,
        ]
      : [
          `def save_all_${name}(values: Iterable[${type}]) -> None:`,
          check,
          `    _save_lines(${folderOf(document)}, ${pythonLiteral(file.path)}, _checked(values, ${read}, ${title}))`,
        ]
  if (isLoaded) return [`def load_${name}() -> ${type}:`, check, `    return ${read}(${loadOf(document)}, ${title})`]
  return [
    `def save_${name}(value: ${type}) -> None:`,
    check,
    '    plain = to_json(value)',
    `    ${read}(plain, ${title})`,
    `    ${saveOf(document, 'plain')}`,
  ]
}
