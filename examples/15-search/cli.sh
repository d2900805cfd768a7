#!/bin/sh
# The same from the shell.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=${1:-$here/out}
ssm=${SSM:-$here/../../node_modules/.bin/ssm}
export SSM_PLATFORM=local

mkdir -p "$out"
"$ssm" search run -p moons -t train -e "$here/worker/train.py" --md loss 'loss=([-+.0-9eE]+)' \
  --search lr log 1e-3 1 --search hidden int 2 12 --search activation choice tanh relu \
  --minimize loss --trials 24 --parallel 2 --stop-early --json >"$out/found.json"
"$ssm" best -p moons -t train
python3 - "$out" <<'PY'
import json, sys

out = sys.argv[1]
with open(f"{out}/found.json") as file:
    found = json.load(file)
word = "below" if found["best"]["value"] < 0.2 else "not below"
with open(f"{out}/checked.txt", "w") as file:
    file.write(f"{len(found['trials'])} trials, the best loss is {word} 0.2\n")
PY
