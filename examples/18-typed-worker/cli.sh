#!/bin/sh
# The same job from the shell: first whether the types are what the program declares, then the worker with them.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=${1:-$here/out}
ssm=${SSM:-$here/../../node_modules/.bin/ssm}
export SSM_PLATFORM=local

"$ssm" types "$here/pipeline.ts" --out "$here/worker/ssm_types.py" --check
"$ssm" run -p typed-worker -t train -s "$here/worker" -e train.py --input points "$here/data" --hp metric euclidean \
  --download_model --download_output -o "$out"
