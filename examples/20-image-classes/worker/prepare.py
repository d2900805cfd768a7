"""Unpacks one archive for each class, and divides its images: every fifth one is for validation, all others are for training."""
import os
import pathlib
import tarfile

archives = sorted(pathlib.Path(os.environ["SM_CHANNEL_ARCHIVES"]).glob("*.tar.gz"))
folders = {part: pathlib.Path(os.environ["SSM_OUTPUT_" + part.upper()]) for part in ("train", "val")}
counts = {"train": 0, "val": 0}
for path in archives:
    label = path.name[: -len(".tar.gz")]
    with tarfile.open(path) as archive:
        for index, entry in enumerate(archive):
            part = "val" if index % 5 == 4 else "train"
            target = folders[part] / label / os.path.basename(entry.name)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(archive.extractfile(entry).read())
            counts[part] += 1
print(f"classes={len(archives)} train={counts['train']} val={counts['val']}")
