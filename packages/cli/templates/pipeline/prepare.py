from pathlib import Path

from worker_toolkit import worker_lib

config = worker_lib.WorkerConfig()
for file in sorted(Path(config.channel_data).glob("*.txt")):
    words = [word.strip(".,").lower() for word in file.read_text().split()]
    print(f"{file.name}: {len(words)} words")
    Path(config.model_dir, file.name).write_text("\n".join(words))
