/**
 * A message where there is room for one line: its first one. One that ends with a colon says what is the matter in the lines below it, and
 * these follow.
 */
export function reasonInLine(message: string): string {
  const [first = '', ...more] = message.split('\n').map((line) => line.trim())
  return first.endsWith(':') ? `${first} ${more.filter((line) => line !== '').join('; ')}`.trimEnd() : first
}
