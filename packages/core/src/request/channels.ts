import type { Channel, ProcessingInput } from '@aws-sdk/client-sagemaker'
import { channelPath, codeChannel, codeChannelPath, paths } from '@simple-sagemaker/worker-toolkit/contract'
import { addressOf, type ObjectUri } from '../names/object-uri.ts'
import type { InstanceGroupSpec } from '../spec/training/instance-groups.ts'
import type { RequestFacts, ResolvedInput } from './facts.ts'

/**
 * `InputDataConfig`: the code channel and the task's inputs; `undefined` when there are none, for the list must not be empty.
 * Where one input is for some groups of machines alone, every channel says its groups: SageMaker asks for all or none.
 */
export function trainingChannels(facts: RequestFacts, groups: readonly InstanceGroupSpec[] = []): Channel[] | undefined {
  const chosen = facts.inputs.some((each) => each.groups !== undefined)
  const all = chosen ? groups.map(({ group }) => group) : undefined
  const code = facts.code === undefined ? [] : [channel(codeInput(facts.layout.job(facts.job).source), facts, all)]
  const channels = [...code, ...facts.inputs.map((each) => channel(each, facts, each.groups ?? all))]
  return channels.length === 0 ? undefined : channels
}

/** `ProcessingInputs`: the code, the task's inputs, and the state that earlier jobs left. */
export function processingInputs(facts: RequestFacts): ProcessingInput[] {
  const code =
    facts.code === undefined ? [] : [input(codeInput(facts.layout.job(facts.job).source), codeChannelPath('processing'), facts)]
  const state = facts.hasState ? [input(plainInput('state_prev', facts.layout.state), paths.processing.previousState, facts)] : []
  return [
    ...code,
    ...facts.inputs.map((each) => input(each, each.path ?? channelPath('processing', each.channel), facts)),
    ...state,
  ]
}

const plainInput = (name: string, uri: ObjectUri): ResolvedInput => ({
  channel: name,
  uri,
  distribution: 'FullyReplicated',
  mode: 'File',
})
const codeInput = (uri: ObjectUri): ResolvedInput => plainInput(codeChannel, uri)

/** Where SageMaker looks: a prefix, or a manifest that names the one object. */
function addressIn({ layout, job }: RequestFacts, { channel: name, uri, exact }: ResolvedInput) {
  return exact === true
    ? ({ S3DataType: 'ManifestFile', S3Uri: layout.job(job).manifest(name) } as const)
    : ({ S3DataType: 'S3Prefix', S3Uri: uri } as const)
}

/** What the manifest of an exact input says. */
export function manifestOf({ uri }: ResolvedInput): string {
  const { bucket, key } = addressOf(uri)
  const name = key.slice(key.lastIndexOf('/') + 1)
  return JSON.stringify([{ prefix: `s3://${bucket}/${key.slice(0, key.length - name.length)}` }, name])
}

function channel(from: ResolvedInput, facts: RequestFacts, groups: readonly string[] | undefined): Channel {
  return {
    ChannelName: from.channel,
    DataSource: {
      S3DataSource: {
        ...addressIn(facts, from),
        S3DataDistributionType: from.distribution,
        ...(groups === undefined ? {} : { InstanceGroupNames: [...groups] }),
      },
    },
    InputMode: from.mode,
    ...(from.contentType === undefined ? {} : { ContentType: from.contentType }),
  }
}

function input(from: ResolvedInput, localPath: string, facts: RequestFacts): ProcessingInput {
  const { S3Uri, S3DataType } = addressIn(facts, from)
  return {
    InputName: from.channel,
    AppManaged: false,
    S3Input: {
      S3Uri,
      LocalPath: localPath,
      S3DataType,
      S3InputMode: from.mode === 'Pipe' ? 'Pipe' : 'File',
      S3DataDistributionType: from.distribution,
      S3CompressionType: 'None',
    },
  }
}
