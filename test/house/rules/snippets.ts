import type { ProjectFile } from './files.ts'

/*
 * What can be tried of a page. Its `ts` blocks are one program, in their order, with lines that a reader need not see between
 * `<!-- ts` and `-->`. A block whose first line is a comment that names a file (`// summary.ts`, `# count.py`) is that file.
 */

/** One block of a page. */
interface Block {
  readonly language: string
  /** The lines of the page it stands on, counted from 0, without its fences. */
  readonly from: number
  readonly to: number
  readonly lines: readonly string[]
}

/** The code of a page; every text keeps the line numbers of the page. */
export interface Snippets {
  /** The page's program; blank when it has none. */
  readonly program: string
  /** Name → text of the files it shows. */
  readonly files: Readonly<Record<string, string>>
}

/** The program and the files of a page. */
export function snippetsOf({ text }: ProjectFile): Snippets {
  const blocks = blocksOf(text)
  const named = blocks.flatMap((block) => {
    const name = fileName(block)
    return name === undefined ? [] : [[name, placed([block])] as const]
  })
  return {
    program: placed(blocks.filter((block) => block.language === 'ts' && fileName(block) === undefined)),
    files: Object.fromEntries(named),
  }
}

/** A command line of a page and the line it begins on, counted from 1. */
export interface CommandLine {
  readonly line: number
  readonly text: string
}

/** The lines of a page's `sh` blocks that call `ssm`, those that go on after `\` as one, without where their output goes. */
export function commandLinesOf({ text }: ProjectFile): readonly CommandLine[] {
  return blocksOf(text)
    .filter(({ language }) => language === 'sh')
    .flatMap(({ lines, from }) => {
      const whole: CommandLine[] = []
      let open: CommandLine | undefined
      for (const [index, each] of lines.entries()) {
        open = open === undefined ? { line: from + index + 1, text: each } : { ...open, text: `${open.text}\n${each}` }
        if (each.endsWith('\\')) continue
        whole.push(open)
        open = undefined
      }
      return whole
    })
    .filter((line) => /^([A-Z_]+=\S* )*(npx )?ssm /.test(line.text))
    .map((line) => ({ ...line, text: line.text.replace(/^(([A-Z_]+=\S* )*)npx /, '$1').replace(/ [|>] [\s\S]*$/, '') }))
}

function blocksOf(text: string): readonly Block[] {
  const lines = text.split('\n')
  const blocks: Block[] = []
  let open: { readonly language: string; readonly from: number; readonly end: string } | undefined
  for (const [index, line] of lines.entries()) {
    if (open === undefined) {
      const [, fenced, hidden] = /^(?:```(\w+)|<!-- (\w+))$/.exec(line) ?? []
      const language = fenced ?? hidden
      if (language !== undefined) open = { language, from: index + 1, end: fenced === undefined ? '-->' : '```' }
    } else if (line === open.end) {
      blocks.push({ language: open.language, from: open.from, to: index, lines: lines.slice(open.from, index) })
      open = undefined
    }
  }
  return blocks
}

const fileName = ({ lines }: Block): string | undefined => /^(?:\/\/|#) ([\w./-]+\.\w+)$/.exec(lines[0] ?? '')?.[1]

/** The blocks with nothing but blank lines around them. */
function placed(blocks: readonly Block[]): string {
  const lines: string[] = []
  for (const block of blocks) lines.push(...Array<string>(block.from - lines.length).fill(''), ...block.lines)
  return lines.some((line) => line.trim() !== '') ? `${lines.join('\n')}\n` : ''
}
