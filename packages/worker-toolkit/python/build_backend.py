"""Builds the wheel of `worker_toolkit`: needs nothing but Python, no network, and gives the same bytes for the same sources.

    python3 build_backend.py <folder>      # prints the path of the wheel
    pip wheel .                            # the same, by the rules of PEP 517
"""
import base64
import hashlib
import os
import re
import sys
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
PACKAGE = "worker_toolkit"
#: The oldest time a zip archive can hold: no build's own time is in the bytes.
TIME = (1980, 1, 1, 0, 0, 0)


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    project = _project()
    name = project["name"].replace("-", "_")
    info = "%s-%s.dist-info" % (name, project["version"])
    files = [(PACKAGE + "/" + file, _read(os.path.join(PACKAGE, file))) for file in sorted(os.listdir(os.path.join(HERE, PACKAGE))) if _belongs(file)]
    files.append((info + "/METADATA", _metadata(project)))
    files.append((info + "/WHEEL", b"Wheel-Version: 1.0\nGenerator: build_backend\nRoot-Is-Purelib: true\nTag: py3-none-any\n"))
    lines = ["%s,sha256=%s,%d" % (path, _digest(content), len(content)) for path, content in files]
    files.append((info + "/RECORD", ("\n".join(lines + [info + "/RECORD,,"]) + "\n").encode()))
    wheel = "%s-%s-py3-none-any.whl" % (name, project["version"])
    with zipfile.ZipFile(os.path.join(wheel_directory, wheel), "w", zipfile.ZIP_STORED) as archive:
        for path, content in files:
            entry = zipfile.ZipInfo(path, TIME)
            entry.create_system = 3
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, content)
    return wheel


def get_requires_for_build_wheel(config_settings=None):
    return []


def _belongs(file):
    return file.endswith(".py") or file == "py.typed"


def _read(path):
    with open(os.path.join(HERE, path), "rb") as file:
        return file.read()


def _digest(content):
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()


def _project():
    """Plain `key = "value"` lines of the [project] table; a Python of 3.6 has no reader for the format."""
    table = _read("pyproject.toml").decode().split("[project]", 1)[1].split("\n[", 1)[0]
    return dict(re.findall(r'^([\w-]+) = "(.*)"$', table, re.MULTILINE))


def _metadata(project):
    lines = ["Metadata-Version: 2.1", "Name: " + project["name"], "Version: " + project["version"], "Summary: " + project["description"]]
    lines += ["License: Apache-2.0", "Requires-Python: " + project["requires-python"]]
    return ("\n".join(lines) + "\n").encode()


if __name__ == "__main__":
    os.makedirs(sys.argv[1], exist_ok=True)
    print(os.path.join(sys.argv[1], build_wheel(sys.argv[1])))
