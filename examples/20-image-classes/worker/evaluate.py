"""Reads the model and the images for validation, and writes how often an image of each class was taken for which class."""
import json
import os
import pathlib

from images import read, shares

model = json.loads(pathlib.Path(os.environ["SM_CHANNEL_MODEL"], "model.json").read_text())
classes = model["classes"]
table = [[0] * len(classes) for _ in classes]
for pixels, label in read(os.environ["SM_CHANNEL_VAL"], classes):
    guess = shares(model["weights"], pixels)
    table[label][guess.index(max(guess))] += 1

lines = [["class", *classes], *([name, *map(str, row)] for name, row in zip(classes, table))]
output = pathlib.Path(os.environ["SSM_OUTPUT"])
(output / "confusion.csv").write_text("".join(",".join(line) + "\n" for line in lines))
right, tested = sum(row[label] for label, row in enumerate(table)), sum(map(sum, table))
(output / "result.json").write_text(json.dumps({"tested": tested, "right": right}) + "\n")
print(f"{right} of {tested} images are told rightly")
