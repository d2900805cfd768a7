#!/bin/sh
# The same from the shell.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=${1:-$here/out}
ssm=${SSM:-$here/../../node_modules/.bin/ssm}
export SSM_PLATFORM=local

"$ssm" process -p processing -t script --code "$here/worker/sort.py" -i "$here/data" --download_output -o "$out/script"
"$ssm" process -p processing -t command --command python3 --code "$here/worker/sort.py" -i "$here/data" --download_output -o "$out/command"
"$ssm" process -p processing -t program --entrypoint /bin/sh -i "$here/data" --download_output -o "$out/program" \
  -- -c 'sort "$SM_CHANNEL_DATA"/*.txt > "$SSM_OUTPUT/sorted.txt"'
