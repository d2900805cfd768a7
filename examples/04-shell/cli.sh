#!/bin/sh
# The same from the shell.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=${1:-$here/out}
ssm=${SSM:-$here/../../node_modules/.bin/ssm}
export SSM_PLATFORM=local

"$ssm" shell -p shell -t look --cmd_line 'echo "hello from $SM_CURRENT_HOST"; uname -s > "$SM_OUTPUT_DATA_DIR/system.txt"' --download_output -o "$out"
