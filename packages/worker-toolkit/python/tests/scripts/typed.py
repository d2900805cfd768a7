import argparse
from worker_toolkit import worker_lib

config = worker_lib.WorkerConfig(per_instance_state=False)
lr: float = float(config.hps["lr"])
folder: str = config.channel_words
names: list[str] = config.channels
rank: int = config.host_rank
namespace = argparse.Namespace()
config.updateNamespace(namespace, {"num_cpus": "workers"})


@worker_lib.on_stop
def save() -> None:
    print(config.instance_state, folder, names, rank, lr)


worker_lib.write_result({"loss": 0.5})
