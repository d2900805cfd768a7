#!/bin/sh
# The part of it that succeeds, from the shell. ssm graph main.ts draws the whole.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=${1:-$here/out}
ssm=${SSM:-$here/../../node_modules/.bin/ssm}
export SSM_PLATFORM=local

"$ssm" shell -p graph -t sales --cmd_line 'echo 12 > "$SM_MODEL_DIR/sales.txt"'
"$ssm" shell -p graph -t stock --cmd_line 'echo 7 > "$SM_MODEL_DIR/stock.txt"'
"$ssm" shell -p graph -t report \
  --cmd_line 'paste -d , "$SM_CHANNEL_SALES/sales.txt" "$SM_CHANNEL_STOCK/stock.txt" > "$SM_OUTPUT_DATA_DIR/report.csv"' \
  --iit sales sales model --iit stock stock model --unpack sales --unpack stock --download_output -o "$out"
