#!/bin/sh
# The same from the shell. main.ts puts the published data into out/data.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=${1:-$here/out}
ssm=${SSM:-$here/../../node_modules/.bin/ssm}
export SSM_PLATFORM=local

"$ssm" run -p penguins -t prepare -e "$here/worker/prepare.py" -i "$here/out/data"
"$ssm" run -p penguins -t train -e "$here/worker/train.py" --ic 2 --iit penguins prepare model --unpack penguins \
  --hp_json epochs 300 --hp_json rate 2 --md loss 'loss=([-+.0-9eE]+)' --md accuracy 'accuracy=([-+.0-9eE]+)' \
  --download_model --download_output -o "$out"
