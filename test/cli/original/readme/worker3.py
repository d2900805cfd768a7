import os

from worker_toolkit import worker_lib

worker_config = worker_lib.WorkerConfig(False)


def leave(folder, name):
    with open(os.path.join(folder, name), "wt") as file:
        file.write(f"{name} file")


leave(worker_config.output_data_dir, "output_data_dir")
leave(worker_config.model_dir, "model_dir")
leave(worker_config.state, "state_dir")
