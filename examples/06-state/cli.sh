#!/bin/sh
# The same from the shell: a failed job keeps its state, and the next one finds it.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=${1:-$here/out}
ssm=${SSM:-$here/../../node_modules/.bin/ssm}
export SSM_PLATFORM=local

"$ssm" run -p state -t count -e "$here/worker/count.py" --clean_state || [ $? -ne 0 ]
until "$ssm" run -p state -t count -e "$here/worker/count.py" --download_model -o "$out"; do :; done
