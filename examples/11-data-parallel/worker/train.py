"""Data-parallel training: every machine has a part of the rows, and all of them agree on each step by adding their gradients.

Softmax regression in plain Python, so that it needs nothing. What adds the gradients up, `all_reduce`, is what torch.distributed does
in a real training.
"""
import json
import math
import os
import pathlib
import socket
import struct
import sys
import time

CLASSES, FEATURES = 3, 5  # four measurements and a constant
hosts = json.loads(os.environ["SM_HOSTS"])
rank = hosts.index(os.environ["SM_CURRENT_HOST"])
hyperparameters = json.loads(os.environ["SM_HPS"])
epochs, rate = int(hyperparameters["epochs"]), float(hyperparameters["rate"])


def connect():
    """Connections of the first machine to all others, or of another one to the first."""
    address = (os.environ["MASTER_ADDR"], int(os.environ["MASTER_PORT"]))
    if rank == 0:
        server = socket.create_server(address)
        peers = {}
        while len(peers) < len(hosts) - 1:
            peer, _ = server.accept()
            peers[struct.unpack("<i", peer.recv(4, socket.MSG_WAITALL))[0]] = peer
        return [peers[other] for other in sorted(peers)]
    for _ in range(600):
        try:
            peer = socket.create_connection(address)
            peer.sendall(struct.pack("<i", rank))
            return [peer]
        except OSError:
            time.sleep(0.1)
    sys.exit("the first machine cannot be reached")


def all_reduce(values):
    """The sums of the values of all machines, on every machine."""
    form = f"<{len(values)}d"
    size = struct.calcsize(form)
    if rank == 0:
        for peer in peers:
            values = [own + other for own, other in zip(values, struct.unpack(form, peer.recv(size, socket.MSG_WAITALL)))]
        for peer in peers:
            peer.sendall(struct.pack(form, *values))
        return values
    peers[0].sendall(struct.pack(form, *values))
    return list(struct.unpack(form, peers[0].recv(size, socket.MSG_WAITALL)))


def read(files):
    rows = [[float(value) for value in line.split(",")] for file in files for line in file.read_text().splitlines()]
    return [(row[:-1] + [1.0], int(row[-1])) for row in rows]


def shares(weights, features):
    scores = [sum(w * f for w, f in zip(weights[c * FEATURES : (c + 1) * FEATURES], features)) for c in range(CLASSES)]
    powers = [math.exp(score - max(scores)) for score in scores]
    return [power / sum(powers) for power in powers]


peers = connect() if len(hosts) > 1 else []
parts = sorted(pathlib.Path(os.environ["SM_CHANNEL_PENGUINS"]).glob("train-*.csv"))
rows = read(parts[rank :: len(hosts)])
print(f"{len(rows)} rows on {os.environ['SM_CURRENT_HOST']}")
[total] = all_reduce([float(len(rows))])

weights = [0.0] * (CLASSES * FEATURES)
for epoch in range(1, epochs + 1):
    gradient, loss = [0.0] * len(weights), 0.0
    for features, label in rows:
        guess = shares(weights, features)
        loss -= math.log(guess[label])
        for c in range(CLASSES):
            for f in range(FEATURES):
                gradient[c * FEATURES + f] += (guess[c] - (c == label)) * features[f]
    *gradient, loss = all_reduce([*gradient, loss])
    weights = [weight - rate * slope / total for weight, slope in zip(weights, gradient)]
    if rank == 0 and epoch % 50 == 0:
        print(f"epoch={epoch} loss={loss / total:.4f}", flush=True)

if rank == 0:
    pathlib.Path(os.environ["SM_MODEL_DIR"], "weights.json").write_text(json.dumps([round(weight, 6) for weight in weights]))
    tested = read([pathlib.Path(os.environ["SM_CHANNEL_PENGUINS"], "test.csv")])
    right = sum(max(range(CLASSES), key=lambda c: shares(weights, features)[c]) == label for features, label in tested)
    result = {"tested": len(tested), "right": right}
    pathlib.Path(os.environ["SM_OUTPUT_DATA_DIR"], "result.json").write_text(json.dumps(result))
    print(f"accuracy={right / len(tested):.3f}")
