#!/bin/sh
# The same run from the shell: the same three tasks of the same project, so what main.ts has done is skipped, and the other way
# round. First argument: the folder for the results.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=${1:-$here/out}
ssm=$here/../../node_modules/.bin/ssm
export SSM_PLATFORM=local

# The published weather, one file per city and year, is what main.ts puts there.
[ -d "$out/data" ] || { echo 'Run this first: npm run demo' >&2; exit 1; }

"$ssm" run -p weather -t clean -e "$here/worker/clean.py" --ic 2 -i "$out/data" ShardedByS3Key --hp_json warmest 45
"$ssm" run -p weather -t train -e "$here/worker/train.py" --iit days clean model --unpack days --hp_json ridge 0.001 \
  --md rmse 'rmse=([-+.0-9eE]+)' -o "$out/train" --download_model
"$ssm" run -p weather -t report -e "$here/worker/report.ts" --iit model train model --unpack model \
  -o "$out/report" --download_output
