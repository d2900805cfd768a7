#!/bin/sh
# The same from the shell: what is no flag of ssm is a hyperparameter, and what follows -- is passed on.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=${1:-$here/out}
ssm=${SSM:-$here/../../node_modules/.bin/ssm}
export SSM_PLATFORM=local

"$ssm" run -p arguments -t greet -e "$here/worker/greet.py" --name Ada --hp_json times 2 -o "$out" -- --shout
