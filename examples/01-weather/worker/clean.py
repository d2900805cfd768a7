"""Turns raw daily weather into rows a model can learn from: today's weather, and tomorrow's highest temperature."""
import csv
import time
from pathlib import Path

from worker_toolkit import worker_lib

config = worker_lib.WorkerConfig(per_instance_state=False)
warmest = float(config.hps["warmest"])


def usable(row):
    try:
        numbers = [float(row[name]) for name in ("precipitation", "temp_max", "temp_min", "wind")]
    except ValueError:
        return False
    return numbers[1] <= warmest and numbers[2] <= numbers[1]


def with_tomorrow(days):
    for today, tomorrow in zip(days, days[1:]):
        yield [today["date"], today["precipitation"], today["temp_max"], today["temp_min"], today["wind"], tomorrow["temp_max"]]


def clean(source, target):
    with source.open(newline="") as file:
        rows = list(csv.DictReader(file))
    days = sorted((row for row in rows if usable(row)), key=lambda row: row["date"])
    with target.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["date", "precipitation", "temp_max", "temp_min", "wind", "temp_max_tomorrow"])
        writer.writerows(with_tomorrow(days))
    print(f"{source.name}: {len(days)} of {len(rows)} days are usable")


time.sleep(float(config.hps.get("pause", 0)))
for path in sorted(Path(config.channel_data).rglob("*.csv")):
    clean(path, Path(config.model_dir) / path.name)
