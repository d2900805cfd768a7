"""Writes the squares up to a limit."""
import os
import pathlib
import sys

limit = int(sys.argv[sys.argv.index("--limit") + 1])
pathlib.Path(os.environ["SM_MODEL_DIR"], "squares.txt").write_text("".join(f"{n * n}\n" for n in range(1, limit + 1)))
