"""A program run by hand, outside a job: its files go into one folder, and its arguments are its hyperparameters."""
import os
import re
import sys
import tempfile
from typing import Dict, Optional

#: Where a program that runs by hand keeps its files, below the folder it runs in.
_FOLDER = os.path.join(".ssm", "hand")

_JOB_FILES = ("/opt/ml/input/config/resourceconfig.json", "/opt/ml/config/resourceconfig.json")

_folder = None  # type: Optional[str]


def folder_by_hand() -> Optional[str]:
    """The folder that stands for the root of a machine, or None in a job. Made, and told of, once."""
    global _folder
    if _folder is not None:
        return _folder
    if is_in_job():
        return None
    _folder = _made_folder()
    print("worker_toolkit: no job runs this program; its folders are in %s, its arguments are its hyperparameters" % _folder, file=sys.stderr)
    return _folder


def is_in_job() -> bool:
    env = os.environ
    return "SSM_MACHINE_ROOT" in env or "SM_CURRENT_HOST" in env or any(os.path.exists(path) for path in _JOB_FILES)


def _made_folder() -> str:
    folder = os.path.abspath(_FOLDER)
    try:
        for each in (os.path.dirname(folder), folder):
            os.makedirs(each, mode=0o700, exist_ok=True)
            _take_own(each)
        with open(os.path.join(folder, ".gitignore"), "w") as file:
            file.write("*\n")
    except OSError:
        return tempfile.mkdtemp(prefix="ssm-hand-")
    return folder


def _take_own(folder: str) -> None:
    """State and results found there are believed, so it must be this user's, and stay so."""
    if not hasattr(os, "getuid"):
        return
    facts = os.lstat(folder)
    if facts.st_uid != os.getuid() or os.stat(folder).st_uid != os.getuid():
        raise PermissionError("%s belongs to another user" % folder)
    if facts.st_mode & 0o077:
        os.chmod(folder, 0o700)


def channel_variable(name: str) -> str:
    return "SM_CHANNEL_" + re.sub("[^A-Z0-9_]", "_", name.upper())


def channels_by_hand(data: str) -> Dict[str, str]:
    """Outside a job nobody lists the channels: they are the folders below `data`, and what a variable SM_CHANNEL_<NAME> names."""
    folders = os.listdir(data) if os.path.isdir(data) else []
    found = {name: os.path.join(data, name) for name in folders if os.path.isdir(os.path.join(data, name))}
    known = {channel_variable(name) for name in found}
    for variable, folder in os.environ.items():
        if variable.startswith("SM_CHANNEL_") and folder and variable not in known:
            found[variable[len("SM_CHANNEL_") :].lower()] = folder
    return found


def arguments_as_hyperparameters() -> Dict[str, str]:
    """`--name value`, `--name=value` and `-n value` of the program's arguments: text, as from the command line of a job."""
    found = {}  # type: Dict[str, str]
    name = None  # type: Optional[str]
    for argument in sys.argv[1:]:
        if _is_name(argument):
            name, given, value = argument[2 if argument.startswith("--") else 1 :].partition("=")
            found[name] = value if given else "true"
            if given:
                name = None
        elif name is not None:
            found[name] = argument
            name = None
    return found


def _is_name(argument: str) -> bool:
    if argument.startswith("--"):
        return argument[2:3] not in ("", "=")
    return argument.startswith("-") and (argument[1:2].isalpha() or argument[1:2] == "_")
