#!/bin/sh
# The same from the shell: --iit takes an output of a task that has completed.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=${1:-$here/out}
ssm=${SSM:-$here/../../node_modules/.bin/ssm}
export SSM_PLATFORM=local

"$ssm" run -p chaining -t squares -e "$here/worker/squares.py" --hp_json limit 10
"$ssm" run -p chaining -t sum -e "$here/worker/sum.py" --iit numbers squares model --unpack numbers --download_output -o "$out"
