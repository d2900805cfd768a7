#!/bin/sh
# The same from the shell.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=${1:-$here/out}
ssm=${SSM:-$here/../../node_modules/.bin/ssm}
export SSM_PLATFORM=local

"$ssm" run -p lexicon -t nouns -s "$here/code" -e main.py -d "$here/helpers" --df "$here/docker" --container -i "$here/data" \
  --tag example 17 --tag team documentation --md found 'found=([0-9]+)' --download_model --download_output -o "$out" \
  -- --kinds noun adjective
