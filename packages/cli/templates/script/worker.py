import os

from worker_toolkit import worker_lib

config = worker_lib.WorkerConfig()
total = sum(range(int(config.hps["upTo"]) + 1))
print(f"total={total}")

# Files written here are stored as the model.
with open(os.path.join(config.model_dir, "total.txt"), "w") as file:
    file.write(str(total))
