"""A small network of one hidden layer, in plain Python, that tells two half moons from each other."""
import argparse
import json
import math
import os
import random
from pathlib import Path

parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, default=0.1)
parser.add_argument("--hidden", type=int, default=4)
parser.add_argument("--activation", choices=["tanh", "relu"], default="tanh")
parser.add_argument("--epochs", type=int, default=27)
args = parser.parse_args()


def moons(count, rng):
    """Points of two half moons that reach into each other, with some noise."""
    points = []
    for index in range(count):
        angle, label = math.pi * rng.random(), index % 2
        x, y = (1 - math.cos(angle), 0.5 - math.sin(angle)) if label else (math.cos(angle), math.sin(angle))
        points.append((x + rng.gauss(0, 0.15), y + rng.gauss(0, 0.15), label))
    return points


rng = random.Random(7)
train, valid = moons(200, rng), moons(200, rng)
w = [[rng.gauss(0, 1) for _ in range(3)] for _ in range(args.hidden)]
v = [rng.gauss(0, 1) for _ in range(args.hidden + 1)]


def forward(x, y):
    sums = [a * x + b * y + c for a, b, c in w]
    hidden = [math.tanh(s) if args.activation == "tanh" else max(0.0, s) for s in sums]
    score = sum(weight * h for weight, h in zip(v, hidden)) + v[-1]
    return hidden, 1 / (1 + math.exp(-max(-30.0, min(30.0, score))))


def loss_of(points):
    return -sum(math.log(max(1e-9, p if label else 1 - p)) for x, y, label in points for p in [forward(x, y)[1]]) / len(points)


for epoch in range(args.epochs):
    rng.shuffle(train)
    for x, y, label in train:
        hidden, p = forward(x, y)
        error = p - label
        for i, h in enumerate(hidden):
            slope = 1 - h * h if args.activation == "tanh" else float(h > 0)
            back = error * v[i] * slope
            v[i] -= args.lr * error * h
            for k, value in enumerate((x, y, 1.0)):
                w[i][k] -= args.lr * back * value
        v[-1] -= args.lr * error
    print(f"loss={loss_of(valid):.4f}", flush=True)

Path(os.environ["SM_MODEL_DIR"], "weights.json").write_text(json.dumps({"w": w, "v": v}))
