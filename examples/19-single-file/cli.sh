#!/bin/sh
# The same from the shell.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=${1:-$here/out}
ssm=${SSM:-$here/../../node_modules/.bin/ssm}
export SSM_PLATFORM=local

"$ssm" run -p single-file -t primes -e "$here/primes.py" --below 30 --download_output -o "$out"
