#!/bin/sh
# The same from the shell.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=${1:-$here/out}
ssm=${SSM:-$here/../../node_modules/.bin/ssm}
export SSM_PLATFORM=local

"$ssm" run -p everything -t words -s "$here/code" -e main.py -d "$here/helpers" -f pytorch --it ml.m5.large --ic 2 \
  --spot --max_run 30 --max_wait 60 -i "$here/data" ShardedByS3Key --input stop_words "$here/stop-words" --label example \
  --env LANGUAGE en --tag example 14 --tag team documentation --md words 'words=([0-9]+)' --download_model --download_output -o "$out"
