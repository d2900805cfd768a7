"""Writes the archives of data/ from the digits of scikit-learn: `pip install scikit-learn`, then `python3 make-archives.py`.

The archives are part of this example, so that it needs neither scikit-learn nor a network.
"""
import csv
import gzip
import importlib.util
import io
import pathlib
import tarfile

IMAGES = 50  # of each class
package = pathlib.Path(importlib.util.find_spec("sklearn").origin).parent
with gzip.open(package / "datasets/data/digits.csv.gz", "rt") as file:
    rows = [[int(float(value)) for value in row] for row in csv.reader(file)]

folder = pathlib.Path(__file__).parent / "data"
folder.mkdir(exist_ok=True)
for label in range(10):
    images = [bytes(pixels) for *pixels, digit in rows if digit == label][:IMAGES]
    with open(folder / f"{label}.tar.gz", "wb") as raw, gzip.GzipFile("", "wb", mtime=0, fileobj=raw) as packed:
        with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as archive:
            for index, pixels in enumerate(images):
                content = b"P5 8 8 16\n" + pixels  # a grey image in the format PGM, 8 by 8, values from 0 to 16
                entry = tarfile.TarInfo(f"{label}-{index:03}.pgm")
                entry.size = len(content)
                archive.addfile(entry, io.BytesIO(content))
