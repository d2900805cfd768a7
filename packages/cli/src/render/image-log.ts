import type { ImageProgress } from '@simple-sagemaker/core'
import { bar } from '../terminal/text.ts'
import type { Notice } from './lines.ts'

const verbs = { build: 'building', push: 'pushing', pull: 'pulling', ready: '' } as const

/** How far the image of a task is: a line for each thing that begins or ends, and a bar in between. */
export class ImageLog {
  #now: ImageProgress | undefined

  tell(progress: ImageProgress): readonly Notice[] {
    const before = this.#now
    this.#now = progress.step === 'ready' ? undefined : progress
    if (progress.step === 'ready') return [{ kind: 'done', text: `image ${progress.image}` }]
    if (before?.step === progress.step && before.image === progress.image) return []
    return [{ kind: 'fact', text: `${verbs[progress.step]} the image ${progress.image} with ${progress.by}` }]
  }

  /** The present, in no line or in one. */
  live(): readonly string[] {
    if (this.#now === undefined) return []
    const { step, line, done, of } = this.#now
    const share =
      step !== 'build' || done === undefined || of === undefined || of === 0 ? '' : `${bar(done / of)} ${done} of ${of}  `
    return [`${verbs[step]}  ${share}${line}`]
  }
}
