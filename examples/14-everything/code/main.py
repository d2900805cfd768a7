"""A worker that uses nearly everything: inputs, values, a module beside it, state, metrics, outputs, a stop signal."""
import json
from pathlib import Path

from helpers.text import longest
from worker_toolkit import worker_lib

config = worker_lib.WorkerConfig()
state = Path(config.instance_state, "runs.json")
runs = json.loads(state.read_text()) if state.exists() else 0
state.write_text(json.dumps(runs + 1))


@worker_lib.on_stop
def leave():
    print("stopped: what is in the state is kept")


words = [word for file in sorted(Path(config.channel_data).glob("*.txt")) for word in file.read_text().split()]
stop_words = set(Path(config.channel_stop_words, "stop-words.txt").read_text().split())
kept = [word for word in words if word not in stop_words]
print(f"words={len(words)} kept={len(kept)}")

Path(config.model_dir, f"{config.current_host}.json").write_text(json.dumps(sorted(kept)))
if config.host_rank == 0:
    worker_lib.write_result({"longest": longest(kept), "machines": config.num_nodes, "label": config.hps["label"]})
