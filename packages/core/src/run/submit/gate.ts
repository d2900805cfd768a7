import type { RunHappening, Tell } from '../../events/run-event.ts'

/** Happenings that wait for a permission to be told. */
export interface HeldEvents {
  readonly tell: Tell
  /** Tells what has happened, and from now on everything at once. */
  open(): void
}

export function gateFor(tell: Tell): HeldEvents {
  const waiting: RunHappening[] = []
  let isOpen = false
  return {
    tell: (happening) => (isOpen ? tell(happening) : void waiting.push(happening)),
    open() {
      isOpen = true
      for (const happening of waiting.splice(0)) tell(happening)
    },
  }
}
