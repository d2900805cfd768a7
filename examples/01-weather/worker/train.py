"""Learns tomorrow's highest temperature from today's weather, by least squares, with nothing but Python itself."""
import csv
import json
from pathlib import Path

from worker_toolkit import worker_lib

config = worker_lib.WorkerConfig(per_instance_state=False)
features = ["temp_max", "temp_min", "precipitation", "wind"]


def read(folder):
    for path in sorted(Path(folder).rglob("*.csv")):
        with path.open(newline="") as file:
            for row in csv.DictReader(file):
                yield [1.0] + [float(row[name]) for name in features], float(row["temp_max_tomorrow"])


def solve(matrix, vector):
    """Gaussian elimination with pivoting: the weights that solve the normal equations."""
    size = len(vector)
    rows = [matrix[i] + [vector[i]] for i in range(size)]
    for column in range(size):
        pivot = max(range(column, size), key=lambda i: abs(rows[i][column]))
        rows[column], rows[pivot] = rows[pivot], rows[column]
        for i in range(size):
            if i != column:
                factor = rows[i][column] / rows[column][column]
                rows[i] = [a - factor * b for a, b in zip(rows[i], rows[column])]
    return [rows[i][size] / rows[i][i] for i in range(size)]


def fit(days, ridge):
    size = len(days[0][0])
    matrix = [[sum(x[i] * x[j] for x, _ in days) + (ridge if i == j else 0.0) for j in range(size)] for i in range(size)]
    return solve(matrix, [sum(x[i] * y for x, y in days) for i in range(size)])


def rmse(days, guess):
    return (sum((guess(x) - y) ** 2 for x, y in days) / len(days)) ** 0.5


days = list(read(config.channel_days))
# Every fifth day is kept aside: a model is judged by days it has not seen.
held_back = days[::5]
learned_from = [day for index, day in enumerate(days) if index % 5 != 0]
weights = fit(learned_from, float(config.hps["ridge"]))
error = rmse(held_back, lambda x: sum(w * v for w, v in zip(weights, x)))
naive = rmse(held_back, lambda x: x[1])
print(f"learned from {len(learned_from)} days, judged by {len(held_back)}")
print(f"rmse={error:.3f} naive={naive:.3f}")

model = {"features": ["constant"] + features, "weights": [round(weight, 6) for weight in weights], "rmse": round(error, 3), "naive": round(naive, 3)}
(Path(config.model_dir) / "model.json").write_text(json.dumps(model, indent=2) + "\n")
