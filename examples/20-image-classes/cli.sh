#!/bin/sh
# The same from the shell. The second training finds the checkpoint of the first one in the state of the task.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=${1:-$here/out}
ssm=${SSM:-$here/../../node_modules/.bin/ssm}
export SSM_PLATFORM=local

"$ssm" process -p image-classes -t prepare --code "$here/worker/prepare.py" --input archives "$here/data" \
  --output_at train /opt/ml/processing/train --output_at val /opt/ml/processing/val

train() { # the number of epochs, and further flags
  epochs=$1
  shift
  "$ssm" run -p image-classes -t train -s "$here/worker" -e train.py --it ml.m5.large --ic 2 --spot \
    --iit train prepare train ShardedByS3Key --iit val prepare val ShardedByS3Key --hp rate 0.1 --hp epochs "$epochs" \
    --md loss 'loss=([-+.0-9eE]+)' --md top1 'top1=([-+.0-9eE]+)' --md top5 'top5=([-+.0-9eE]+)' "$@"
}
train 1 --clean_state
train 5

"$ssm" process -p image-classes -t evaluate --code "$here/worker/evaluate.py" -d "$here/worker/images.py" \
  --iit model train model --unpack model --iit val prepare val --download_output -o "$out/evaluation"
