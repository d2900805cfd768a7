#!/bin/sh
# The same from the shell.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=${1:-$here/out}
ssm=${SSM:-$here/../../node_modules/.bin/ssm}
export SSM_PLATFORM=local

"$ssm" run -p metrics -t train -e train.py -s "$here/worker" --md step 'step=([0-9]+)' --md error 'error=([-+.0-9eE]+)' --download_model --download_state -o "$out"
