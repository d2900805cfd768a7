"""Sorts the lines of the files in its channel."""
import os
import pathlib

lines = [line for file in sorted(pathlib.Path(os.environ["SM_CHANNEL_DATA"]).iterdir()) for line in file.read_text().splitlines()]
pathlib.Path(os.environ["SSM_OUTPUT"], "sorted.txt").write_text("".join(f"{line}\n" for line in sorted(lines)))
