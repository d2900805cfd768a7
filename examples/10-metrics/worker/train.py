"""Finds the root of two by Newton's method, and prints how far off it is: a metric is whatever a program prints."""
import os
import pathlib

guess = 2.0
with open(pathlib.Path(os.environ["SSM_TENSORBOARD_DIR"], "scalars.csv"), "w") as board:
    for step in range(1, 6):
        guess = (guess + 2 / guess) / 2
        error = abs(guess * guess - 2)
        print(f"step={step} error={error:.9f}")
        board.write(f"{step},{error:.9f}\n")
pathlib.Path(os.environ["SM_MODEL_DIR"], "root.txt").write_text(f"{guess:.9f}\n")
