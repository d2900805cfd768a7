#!/bin/sh
# The same from the shell, without the types.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=${1:-$here/out}
ssm=${SSM:-$here/../../node_modules/.bin/ssm}
export SSM_PLATFORM=local

"$ssm" run -p typed-result -t describe -e "$here/worker/describe.ts" -i "$here/data" --hp_json digits 2 --download_output -o "$out"
