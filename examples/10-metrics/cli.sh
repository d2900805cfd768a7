#!/bin/sh
# The same from the shell.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=${1:-$here/out}
ssm=${SSM:-$here/../../node_modules/.bin/ssm}
export SSM_PLATFORM=local

"$ssm" run -p metrics -t train -e "$here/worker/train.py" --md step 'step=([0-9]+)' --md error 'error=([0-9.]+)' --download_model -o "$out"
