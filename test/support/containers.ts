import { chmod, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** A program that takes podman's words, notes each call, and does nothing: for what is decided before an engine works. */
export interface NotingEngine {
  readonly path: string
  /** The words of each call, and what was written to its input. */
  calls(): Promise<readonly { readonly words: readonly string[]; readonly input: string }[]>
}

/** Makes one in a folder; `fails` is a word at which it ends with exit code 1, after some lines. */
export async function notingEngine(folder: string, options: { readonly fails?: string } = {}): Promise<NotingEngine> {
  const [path, notes] = [join(folder, 'podman'), join(folder, 'calls')]
  await writeFile(
    path,
    `#!/bin/sh
case "$1" in --version) echo 'podman version 9.9'; exit;; version) echo 9.9; exit;; esac
for word in "$@"; do printf '%s\\0' "$word" >> '${notes}'; done
if [ "$1" = login ]; then printf '<' >> '${notes}'; cat >> '${notes}'; fi
printf '\\n' >> '${notes}'
echo "STEP 1/2: FROM x"
if [ "$1" = '${options.fails ?? 'nothing'}' ]; then echo 'E: no such package'; exit 1; fi
echo "STEP 2/2: RUN y"
`,
  )
  await chmod(path, 0o755)
  return {
    path,
    async calls() {
      const text = await readFile(notes, 'utf8').catch(() => '')
      return text
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => {
          const [words = '', input = ''] = line.split('<')
          return { words: words.split('\0').filter((word) => word !== ''), input }
        })
    },
  }
}
