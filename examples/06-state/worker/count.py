"""Counts to five, two steps in each job: what it has reached is kept in the state of its task."""
import os
import pathlib
import sys

state = pathlib.Path(os.environ["SSM_INSTANCE_STATE"], "reached")
reached = int(state.read_text()) if state.exists() else 0
for _ in range(2):
    reached = min(5, reached + 1)
    state.write_text(str(reached))
print(f"reached {reached}")
if reached < 5:
    sys.exit(75)  # not done yet: the job fails, and its state is kept

pathlib.Path(os.environ["SM_MODEL_DIR"], "count.txt").write_text(f"{reached}\n")
