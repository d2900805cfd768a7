"""Runs while the image is built: the word list becomes an index."""
import json
import sys
from pathlib import Path

folder = Path(sys.argv[1])
index = dict(line.split() for line in (folder / "words.txt").read_text().splitlines())
(folder / "index.json").write_text(json.dumps(index))
