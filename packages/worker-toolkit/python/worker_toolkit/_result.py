"""The typed result of a job's work."""
import json
import os
import tempfile
from typing import Any, Tuple

from ._facts import read_facts

_RESULT_FILE = "result.json"
# Number.MAX_SAFE_INTEGER of TypeScript.
_LARGEST = 2**53 - 1


def write_result(value: Any) -> None:
    """Leave the typed result of the work, `result.json` in the output folder: whole or not at all; the last call counts.

    Of several machines only the main one's output (rank 0) is kept.

    :param value: what JSON can say: dicts with string keys, lists, strings, finite numbers (whole ones from -(2**53 - 1) to 2**53 - 1), booleans, None
    :raises TypeError: for anything else; the message gives the place
    """
    _check_json(value, "value", ())
    folder = read_facts()["output_data_dir"]
    os.makedirs(folder, exist_ok=True)
    handle, unfinished = tempfile.mkstemp(prefix=".result-", dir=folder)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(value, file, ensure_ascii=False, allow_nan=False)
            file.write("\n")
            file.flush()
            os.fsync(file.fileno())
        os.chmod(unfinished, 0o644)
        os.replace(unfinished, os.path.join(folder, _RESULT_FILE))
    except BaseException:
        os.unlink(unfinished)
        raise


def _shown(number: int) -> str:
    # Python refuses to write a number of thousands of digits.
    return "%d" % number if number.bit_length() < 128 else "a whole number of %d bits" % number.bit_length()


def _check_json(value: Any, place: str, above: Tuple[int, ...]) -> None:
    if value is None or isinstance(value, (bool, str)):
        return
    if isinstance(value, int):
        if abs(value) > _LARGEST:
            raise TypeError("%s is %s, which TypeScript would read as another number: use float() or str()" % (place, _shown(value)))
        return
    if isinstance(value, float):
        if value != value or value in (float("inf"), float("-inf")):
            raise TypeError("%s is %r, which JSON cannot represent" % (place, value))
        return
    if id(value) in above:
        raise TypeError("%s holds itself, which JSON cannot represent" % place)
    inside = above + (id(value),)
    if isinstance(value, (list, tuple)):
        for at, item in enumerate(value):
            _check_json(item, "%s[%d]" % (place, at), inside)
    elif isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str):
                raise TypeError("%s has the key %r: JSON allows text only, use str()" % (place, key))
            _check_json(item, "%s[%r]" % (place, key), inside)
    else:
        raise TypeError(
            "%s is a %s, which JSON cannot represent: use dicts, lists, strings, numbers, booleans, None" % (place, type(value).__name__)
        )
