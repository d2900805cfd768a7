import { PlatformError } from '../../platform/errors.ts'

const longestUri = 255

/** `111122223333.dkr.ecr.eu-west-1.amazonaws.com/…`, also of its FIPS and dual-stack addresses. */
const ecr = /^\d{12}\.dkr[.-]ecr(?:-fips)?\.([a-z0-9-]+)\.[a-z.-]+\//

/** Registries that anybody can pull from, and SageMaker cannot. */
const publicRegistries =
  /^(docker\.io|index\.docker\.io|registry-1\.docker\.io|public\.ecr\.aws|ghcr\.io|quay\.io|gcr\.io|mcr\.microsoft\.com|nvcr\.io|registry\.k8s\.io)\//

/**
 * Whether SageMaker can take an image from where it is: from ECR in the region of the job, or from a registry in the user's own
 * network. What it may not reach is returned as a sentence.
 * @throws {PlatformError} `IMAGE_UNKNOWN` for what it certainly does not take.
 */
export function checkedUri(uri: string, region: string): string | undefined {
  if (uri.length === 0 || uri.length > longestUri || /\s/.test(uri))
    throw refused(
      uri,
      `${JSON.stringify(uri)} is not an image URI.`,
      `Write <registry>/<repository>:<tag> in at most ${longestUri} characters, without blanks.`,
    )
  const found = ecr.exec(uri)
  if (found !== null) {
    if (found[1] === region) return undefined
    throw refused(
      uri,
      `The image ${uri} is in ${found[1]}, and the jobs are in ${region}: SageMaker pulls from ECR of the same region.`,
      `Replicate the repository to ${region}, or set the region to ${found[1]}.`,
    )
  }
  const [host = ''] = uri.split('/')
  const isNamed = uri.includes('/') && /[.:]/.test(host) // otherwise Docker means its own public registry
  if (!isNamed || publicRegistries.test(uri))
    throw refused(
      uri,
      `SageMaker cannot pull ${uri}: it takes images from ECR (<account>.dkr.ecr.${region}.amazonaws.com/…).`,
      'Push the image to a repository of your own in ECR, or make a pull-through cache rule there and name the image by it.',
    )
  return `SageMaker takes images from ECR, and from ${host} only if that is a registry in your own network, with subnets set and TrainingImageConfig in request().`
}

const refused = (uri: string, message: string, hint: string): PlatformError =>
  new PlatformError('IMAGE_UNKNOWN', message, { facts: { uri }, hint })
