/** Names by PEP 503. One that ends like an archive is a path to pip. */
const name = /^[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?$/
const archive = /\.(?:whl|zip|tar|tgz|tbz|txz|tlz|tar\.\w+)$/i
/** Versions by PEP 440. */
const version =
  /^v?(?:\d+!)?\d+(?:\.\d+)*(?:[-_.]?(?:a|b|c|rc|alpha|beta|pre|preview)[-_.]?\d*)?(?:-\d+|[-_.]?(?:post|rev|r)[-_.]?\d*)?(?:[-_.]?dev[-_.]?\d*)?(?:\+[a-z0-9]+(?:[-_.][a-z0-9]+)*)?$/i
const digest = /^(?:sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128})$/
const wheelFile = /^[A-Za-z0-9][\w.!+]*(?:-[\w.!+]+){4,5}\.whl$/

export const isName = (text: unknown): text is string => typeof text === 'string' && name.test(text) && !archive.test(text)
export const isVersion = (text: unknown): text is string => typeof text === 'string' && version.test(text)
export const isDigest = (text: unknown): text is string => typeof text === 'string' && digest.test(text)
export const isWheelFile = (text: unknown): text is string => typeof text === 'string' && wheelFile.test(text)
