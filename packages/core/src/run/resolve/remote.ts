import { join } from 'node:path'
import { extractArchive } from '../../archive/untar.ts'
import { SsmError } from '../../errors/ssm-error.ts'
import { writeWhole } from '../../files/write-whole.ts'
import { addressOf, objectUri, type ObjectUri } from '../../names/object-uri.ts'
import type { Program } from '../../spec/program.ts'
import type { TaskContext } from '../context.ts'

/** What of a program lies in S3 instead of on this machine. */
export interface RemoteCode {
  /** A `tar.gz` of the source folder. */
  readonly archive: ObjectUri | undefined
  /** The one file to run. */
  readonly script: ObjectUri | undefined
}

/** Finds the parts of a program that are S3 URIs. */
export function remoteOf(program: Program): RemoteCode {
  const script = program.kind === 'code' ? program.entry : program.kind === 'command' ? program.script : undefined
  const archive = program.kind === 'code' ? program.sourceDir : program.kind === 'shell' ? program.files : undefined
  return { archive: asUri(archive), script: asUri(script) }
}

const asUri = (text: string | undefined): ObjectUri | undefined =>
  text?.startsWith('s3://') === true ? objectUri(text) : undefined

/** What identifies the parts in S3: each object's URI and etag. @throws {SsmError} `CODE_MISSING`. */
export async function remoteIdentity(program: Program, context: TaskContext): Promise<readonly RemoteFile[]> {
  const { archive, script } = remoteOf(program)
  const uris = [archive, script].filter((uri) => uri !== undefined)
  return Promise.all(uris.map((uri) => identityOf(uri, context)))
}

interface RemoteFile {
  readonly path: string
  readonly sha256: string
  readonly executable: boolean
}

async function identityOf(uri: ObjectUri, context: TaskContext): Promise<RemoteFile> {
  const { key } = addressOf(uri)
  if (key === '' || key.endsWith('/'))
    throw new SsmError('CODE_MISSING', `${uri} names no object`, {
      hint: 'Code in S3 is one file, or a folder packed as a tar.gz: write its whole address.',
      facts: { uri },
    })
  const object = await context.platform.objects.find(uri, { signal: context.signal })
  if (object !== undefined) return { path: uri, sha256: object.etag, executable: false }
  throw new SsmError('CODE_MISSING', `There is no code at ${uri}`, {
    hint: 'Check the bucket and the key, or give a path of this machine.',
    facts: { uri },
  })
}

/** The program without its parts in S3: what of its code can be read here and now. */
export function localPartOf(program: Program): Program {
  const { archive, script } = remoteOf(program)
  if (program.kind === 'algorithm' || (archive === undefined && script === undefined)) return program
  return { kind: 'command', argv: [], dependencies: program.dependencies }
}

/** Fetches a program's parts from S3 into a folder; from there on it is all on this machine. */
export async function fetchRemote(program: Program, folder: string, context: TaskContext): Promise<Program> {
  const { archive, script } = remoteOf(program)
  const read = (uri: ObjectUri): AsyncIterable<Uint8Array> => context.platform.objects.read(uri, { signal: context.signal })
  const source = archive === undefined ? undefined : join(folder, 'source')
  if (archive !== undefined && source !== undefined) {
    const { leftOut } = await extractArchive(read(archive), source, { signal: context.signal })
    for (const { name, reason } of leftOut)
      context.tell({ type: 'warned', message: `${archive}: left out the link ${name}: ${reason}` })
  }
  const file = script === undefined ? undefined : join(folder, 'script', nameOf(script))
  if (script !== undefined && file !== undefined) await writeWhole(file, read(script), { signal: context.signal })
  switch (program.kind) {
    case 'code':
      return {
        ...program,
        ...(source === undefined ? {} : { sourceDir: source }),
        ...(file === undefined ? {} : { entry: file }),
      }
    case 'shell':
      return { ...program, ...(source === undefined ? {} : { files: source }) }
    case 'command':
      return { ...program, ...(file === undefined ? {} : { script: file }) }
    case 'algorithm':
      return program
  }
}

const nameOf = (uri: ObjectUri): string => addressOf(uri).key.split('/').at(-1) ?? ''
