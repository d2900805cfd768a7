import type { Channel, ProcessingInput } from '@aws-sdk/client-sagemaker'
import { channelPath, codeChannel, codeChannelPath, paths } from '@simple-sagemaker/worker-toolkit/contract'
import type { ObjectUri } from '../names/object-uri.ts'
import type { RequestFacts, ResolvedInput } from './facts.ts'

/** `InputDataConfig`: the code channel and the task's inputs; `undefined` when there are none, for the list must not be empty. */
export function trainingChannels(facts: RequestFacts): Channel[] | undefined {
  const code = facts.code === undefined ? [] : [channel(codeInput(facts.layout.job(facts.job).source))]
  const channels = [...code, ...facts.inputs.map(channel)]
  return channels.length === 0 ? undefined : channels
}

/** `ProcessingInputs`: the code, the task's inputs, and the state that earlier jobs left. */
export function processingInputs(facts: RequestFacts): ProcessingInput[] {
  const code =
    facts.code === undefined ? [] : [input(codeInput(facts.layout.job(facts.job).source), codeChannelPath('processing'))]
  const state = facts.hasState ? [input(plainInput('state_prev', facts.layout.state), paths.processing.previousState)] : []
  return [...code, ...facts.inputs.map((each) => input(each, channelPath('processing', each.channel))), ...state]
}

const plainInput = (name: string, uri: ObjectUri): ResolvedInput => ({
  channel: name,
  uri,
  distribution: 'FullyReplicated',
  mode: 'File',
})
const codeInput = (uri: ObjectUri): ResolvedInput => plainInput(codeChannel, uri)

function channel(from: ResolvedInput): Channel {
  return {
    ChannelName: from.channel,
    DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: from.uri, S3DataDistributionType: from.distribution } },
    InputMode: from.mode,
    ...(from.contentType === undefined ? {} : { ContentType: from.contentType }),
  }
}

function input(from: ResolvedInput, localPath: string): ProcessingInput {
  return {
    InputName: from.channel,
    AppManaged: false,
    S3Input: {
      S3Uri: from.uri,
      LocalPath: localPath,
      S3DataType: 'S3Prefix',
      S3InputMode: from.mode === 'Pipe' ? 'Pipe' : 'File',
      S3DataDistributionType: from.distribution,
      S3CompressionType: 'None',
    },
  }
}
