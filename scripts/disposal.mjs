// Injected into the libraries where they say `Symbol.asyncDispose`. In a context of `node:vm`, Node 20 has no such symbol; what compiles `await using`
// then looks for the registered symbol of that name, and so must we. Taken apart, for the bundler replaces `Symbol.asyncDispose` here, too.
const { asyncDispose, dispose } = Symbol
export const ownAsyncDispose = asyncDispose ?? Symbol.for('Symbol.asyncDispose')
export const ownDispose = dispose ?? Symbol.for('Symbol.dispose')
