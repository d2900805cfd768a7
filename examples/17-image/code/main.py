import argparse
import collections
import json
from pathlib import Path

from helpers.text import words_of
from worker_toolkit import worker_lib

parser = argparse.ArgumentParser()
parser.add_argument("--kinds", nargs="+", default=["noun"])
kinds = parser.parse_args().kinds

config = worker_lib.WorkerConfig()
index = json.loads(Path("/opt/lexicon/index.json").read_text())  # from the image

found = collections.Counter()
texts = sorted(Path(config.channel_data).glob("*.txt"))
for number, path in enumerate(texts, 1):
    found.update(word for word in words_of(path.read_text()) if index.get(word) in kinds)
    print(f"texts={number} found={sum(found.values())}")

Path(config.model_dir, "counts.json").write_text(json.dumps(dict(sorted(found.items()))))
worker_lib.write_result({"texts": len(texts), "found": sum(found.values()), "different": len(found)})
