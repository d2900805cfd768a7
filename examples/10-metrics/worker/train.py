"""Finds the root of two by Newton's method, and prints how far off it is: a metric is whatever a program prints."""
import os
import pathlib

from board import Board

board = Board(pathlib.Path(os.environ["SSM_INSTANCE_STATE"], "tensorboard"))
guess = 2.0
for step in range(1, 6):
    guess = (guess + 2 / guess) / 2
    error = abs(guess * guess - 2)
    print(f"step={step} error={error:.9f}", flush=True)
    board.scalar("error", error, step)
pathlib.Path(os.environ["SM_MODEL_DIR"], "root.txt").write_text(f"{guess:.9f}\n")
