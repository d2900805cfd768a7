"""Counts the words of a text, as slowly as it is asked to."""
import time

from worker_toolkit import worker_lib

config = worker_lib.WorkerConfig(per_instance_state=False)
words = config.hps["text"].lower().split()
for second in range(int(config.hps["seconds"])):
    print(f"thinking for the {second + 1}. second")
    time.sleep(1)
print(f"words={len(words)} distinct={len(set(words))}")
