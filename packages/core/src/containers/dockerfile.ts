/** Stands in a Dockerfile for the framework's image. */
export const basePlaceholder = '__BASE_IMAGE__'

const comment = /^[ \t]*#.*$/gm
const firstFrom = /^[ \t]*FROM[ \t]/im

/** Whether the framework's image goes into a Dockerfile: it is named by the placeholder, or no image is named at all. */
export function needsBase(text: string): boolean {
  return text.replaceAll(comment, '').includes(basePlaceholder) || !firstFrom.test(text)
}

/** The Dockerfile with the framework's image in the place of the placeholder; on top when no image is named. */
export function completeDockerfile(text: string, base: string): string {
  const named = text.replaceAll(basePlaceholder, () => base)
  if (firstFrom.test(named)) return named
  // Directives for the parser are only read above everything else.
  const directives = /^(?:[ \t]*#[ \t]*(?:syntax|escape|check)[ \t]*=.*(?:\r?\n|$))*/i.exec(named)?.[0] ?? ''
  const head = directives === '' || directives.endsWith('\n') ? directives : `${directives}\n`
  return `${head}FROM ${base}\n${named.slice(directives.length)}`
}

/** Whether files of the context can get into the image: without that none need to be read. */
export function readsContext(text: string): boolean {
  return /^[ \t]*(?:ONBUILD[ \t]+)?(?:COPY|ADD)[ \t]/im.test(text) || /--mount=/i.test(text)
}

/** Whether a text is a Dockerfile rather than the path of one. */
export function isDockerfileText(text: string): boolean {
  return (
    /[\r\n]/.test(text) ||
    /^\s*(?:#|(?:FROM|RUN|COPY|ADD|ARG|ENV|USER|WORKDIR|SHELL|LABEL|EXPOSE|VOLUME|STOPSIGNAL|HEALTHCHECK|ENTRYPOINT|CMD|ONBUILD|MAINTAINER)\s)/i.test(
      text,
    )
  )
}
