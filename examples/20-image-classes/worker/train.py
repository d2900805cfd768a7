"""Data-parallel training with a checkpoint of each epoch: every machine learns from its part of the images; after each epoch all of
them go on with the mean of their weights."""
import json
import os
import pathlib

from exchange import all_gather, rank
from images import learn, read, right

hyperparameters = json.loads(os.environ["SM_HPS"])
epochs, rate = int(hyperparameters["epochs"]), float(hyperparameters["rate"])
train, val = pathlib.Path(os.environ["SM_CHANNEL_TRAIN"]), pathlib.Path(os.environ["SM_CHANNEL_VAL"])
state = pathlib.Path(os.environ["SSM_INSTANCE_STATE"])

# A machine has its part of the files. So a class may be on some machines only.
classes = sorted({name for names in all_gather([path.name for path in train.iterdir()]) for name in names})
images, tests = read(train, classes), read(val, classes)
print(f"{len(images)} images to learn from, {len(tests)} to test with, on {os.environ['SM_CURRENT_HOST']}", flush=True)


def checkpoint(epoch):
    return state / f"epoch-{epoch:03}.json"


# A spot machine may be taken away before another one has saved the same epoch: all go on from the newest that each of them has.
saved = {int(path.stem[len("epoch-") :]) for path in state.glob("epoch-*.json")}
first = max(set.intersection(*map(set, all_gather(sorted(saved)))), default=0)
weights = json.loads(checkpoint(first).read_text()) if first > 0 else [[0.0] * 65 for _ in classes]
if first > 0:
    print(f"continues after epoch {first}", flush=True)

for epoch in range(first + 1, epochs + 1):
    loss = learn(weights, images, rate, seed=epoch)
    answers = all_gather({"weights": weights, "loss": loss, "images": len(images)})
    total = sum(answer["images"] for answer in answers)
    parts = [answer["images"] / total for answer in answers]
    weights = [
        [sum(part * weight for part, weight in zip(parts, column)) for column in zip(*rows)]
        for rows in zip(*(answer["weights"] for answer in answers))
    ]
    checkpoint(epoch).with_suffix(".new").write_text(json.dumps(weights))
    checkpoint(epoch).with_suffix(".new").replace(checkpoint(epoch))  # whole or not at all

    counts = all_gather([len(tests), right(weights, tests, 1), right(weights, tests, 5)])
    tested, top1, top5 = map(sum, zip(*counts))
    loss = sum(part * answer["loss"] for part, answer in zip(parts, answers))
    if rank == 0:
        print(f"epoch={epoch} loss={loss:.3e} top1={100 * top1 / tested:.2f} top5={100 * top5 / tested:.2f}", flush=True)

if rank == 0:
    model = {"classes": classes, "epochs": epochs, "weights": weights}
    pathlib.Path(os.environ["SM_MODEL_DIR"], "model.json").write_text(json.dumps(model))
