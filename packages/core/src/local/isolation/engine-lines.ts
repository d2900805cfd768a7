/** Takes the output of a machine; `end` gives what is left when there is no more. */
export interface EngineLines {
  readonly take: (bytes: Buffer) => void
  readonly end: () => void
}

const longestHeld = 1_024
const newline = 0x0a
const ofEngine = Buffer.from('time="')
// A signal that comes when the program has just ended; no failure of anybody.
const tooLate = /^time="[^"]*" level=\w+ msg="(forwarding signal|waiting for container)\b/i

/**
 * Passes the output of a machine on as it comes, without the lines in which podman tells that a signal came too late: these would stand
 * in the log of the job as if its program had printed them. Only the start of a line that may be one is held back.
 */
export function withoutLateSignals(onOutput: (bytes: Buffer) => void): EngineLines {
  let held = Buffer.alloc(0)
  let isInLine = false
  const pass = (bytes: Buffer): void => {
    if (bytes.length > 0) onOutput(bytes)
  }
  const mayBe = (line: Buffer): boolean => {
    const length = Math.min(line.length, ofEngine.length)
    return line.length < longestHeld && line.subarray(0, length).equals(ofEngine.subarray(0, length))
  }
  return {
    take(bytes) {
      const all = Buffer.concat([held, bytes])
      held = Buffer.alloc(0)
      let from = 0
      let passedTo = 0
      for (let end = all.indexOf(newline); end !== -1; end = all.indexOf(newline, from)) {
        if (!isInLine && mayBe(all.subarray(from, end)) && tooLate.test(all.toString('latin1', from, end))) {
          pass(all.subarray(passedTo, from))
          passedTo = end + 1
        }
        isInLine = false
        from = end + 1
      }
      const rest = all.subarray(from)
      if (rest.length > 0 && !isInLine && mayBe(rest)) {
        held = Buffer.from(rest)
        return pass(all.subarray(passedTo, from))
      }
      isInLine ||= rest.length > 0
      pass(all.subarray(passedTo))
    },
    end() {
      if (!tooLate.test(held.toString('latin1'))) pass(held)
      held = Buffer.alloc(0)
    },
  }
}
