"""Splits the penguins into files for training and one for the test, scales the measurements, and leaves out what is not measured."""
import json
import os
import pathlib

FIELDS = ["Beak Length (mm)", "Beak Depth (mm)", "Flipper Length (mm)", "Body Mass (g)"]
SPECIES = ["Adelie", "Chinstrap", "Gentoo"]

source = pathlib.Path(os.environ["SM_CHANNEL_DATA"], "penguins.json")
rows = [row for row in json.loads(source.read_text()) if all(row[field] is not None for field in FIELDS)]
lows = [min(row[field] for row in rows) for field in FIELDS]
highs = [max(row[field] for row in rows) for field in FIELDS]


def line(row):
    values = [(row[field] - low) / (high - low) for field, low, high in zip(FIELDS, lows, highs)]
    return ",".join([f"{value:.4f}" for value in values] + [str(SPECIES.index(row["Species"]))])


model = pathlib.Path(os.environ["SM_MODEL_DIR"])
for part in range(4):  # the parts are shared out among the machines
    (model / f"train-{part}.csv").write_text("".join(line(row) + "\n" for index, row in enumerate(rows) if index % 5 == part))
(model / "test.csv").write_text("".join(line(row) + "\n" for index, row in enumerate(rows) if index % 5 == 4))
print(f"rows={len(rows)}")
