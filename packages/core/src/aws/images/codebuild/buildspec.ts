/** The image that CodeBuild builds in: it has docker and the AWS command line. */
export const builderImage = 'aws/codebuild/amazonlinux-x86_64-standard:5.0'

// The context is the one that was sent and no other, and docker's passwords go through standard input.
const script = `set -euo pipefail
aws s3api get-object --bucket "$SSM_CONTEXT_BUCKET" --key "$SSM_CONTEXT_KEY" --expected-bucket-owner "$SSM_ACCOUNT" context.tar.gz > /dev/null
echo "$SSM_CONTEXT_SHA256  context.tar.gz" | sha256sum --check --quiet
mkdir context
tar -xzf context.tar.gz -C context
for registry in $SSM_REGISTRIES; do
  aws ecr get-login-password --region "$AWS_REGION" | docker login --username AWS --password-stdin "$registry"
done
if docker buildx version > /dev/null 2>&1; then
  docker buildx build --provenance=false --load --progress plain --platform linux/amd64 --tag "$SSM_IMAGE" --file context/Dockerfile context
else
  docker build --platform linux/amd64 --tag "$SSM_IMAGE" --file context/Dockerfile context
fi
docker push "$SSM_IMAGE"
`

/** What a build does, as CodeBuild reads it. JSON is YAML, too. */
export const buildspec = JSON.stringify({
  version: 0.2,
  phases: { build: { commands: [`bash -c '${script.replaceAll("'", `'\\''`)}'`] } },
})
