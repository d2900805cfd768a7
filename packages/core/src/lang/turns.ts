const longestMs = 8

/**
 * For long loops whose awaits never leave the thread: `await`s of what is at hand run before any timer, signal or socket.
 * Call the function in each round; when the loop has had the thread for a while, it gives a promise to await.
 */
export function turns(): () => Promise<void> | undefined {
  let sinceMs = performance.now()
  return () => {
    if (performance.now() - sinceMs < longestMs) return undefined
    return new Promise((resolve) => {
      setImmediate(() => {
        sinceMs = performance.now()
        resolve()
      })
    })
  }
}
