#!/bin/sh
# The same from the shell.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=${1:-$here/out}
ssm=${SSM:-$here/../../node_modules/.bin/ssm}
export SSM_PLATFORM=local

"$ssm" run -p inputs -t list -e "$here/worker/list.sh" --ic 2 --input cities "$here/data" ShardedByS3Key \
  --input limits "$here/limits" --download_model -o "$out"
