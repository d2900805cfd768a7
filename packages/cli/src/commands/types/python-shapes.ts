import { pascal, type Shape } from './shapes.ts'

/** The type of a value, as Python annotates it. */
export function typeOf(shape: Shape): string {
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

/** The function that reads a value. */
export function readOf(shape: Shape): string {
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
        ? pythonLiteral(value)
        : String(value)

/** A text as Python writes it: JSON's escapes are Python's, but for characters outside the first 65,536. */
export const pythonLiteral = (value: string): string =>
  `"${Array.from(value, (character) => (/[ !#-[\]-~]/.test(character) ? character : escaped(character))).join('')}"`

const escaped = (character: string): string => `\\U${(character.codePointAt(0) ?? 0).toString(16).padStart(8, '0')}`

/** A tuple of texts. */
export const pythonLiterals = (values: readonly string[]): string =>
  `(${values.map((value) => `${pythonLiteral(value)},`).join(' ')})`

/** The variable of a channel or an output. */
export const variableOf = (group: string, name: string): string => `${group}_${name.toUpperCase().replaceAll(/[^A-Z0-9_]/g, '_')}`
