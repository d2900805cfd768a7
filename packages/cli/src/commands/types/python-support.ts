import { pythonFiles } from './python-files.ts'

/** What stands in front of the classes: readers that name the place of what is wrong. Python 3.8 and newer. */
const readers = `# pyright: basic
"""Written by \`ssm types\`: change the declarations of the program instead, and run it again."""
import enum
import json
import os
import tempfile
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, Callable, Dict, Iterable, Iterator, List, Literal, Mapping, Optional, Tuple, TypeVar, Union
from urllib.parse import unquote

_A = TypeVar("_A")
_B = TypeVar("_B")
_Read = Callable[[object, str], _A]


class Missing(enum.Enum):
    """Stands for a field that is not there, where None is a value of its own."""

    MISSING = "missing"


MISSING = Missing.MISSING


class WrongDocument(ValueError):
    """A document that is not as it was declared; the message begins with the place."""


class TypesDiffer(RuntimeError):
    """The job was started by a program that declares something else than this file was written from."""


def _wrong(at: str, wanted: str, value: object) -> WrongDocument:
    shown = repr(value)
    return WrongDocument("%s must be %s and is %s" % (at, wanted, shown if len(shown) <= 80 else shown[:77] + "..."))


def _any(value: object, at: str) -> Any:
    if isinstance(value, float):
        return _number(value, at)
    if isinstance(value, (list, tuple)):
        for index, each in enumerate(value):
            _any(each, "%s[%d]" % (at, index))
    elif isinstance(value, dict):
        for key, each in _object(value, at).items():
            _any(each, "%s.%s" % (at, key))
    elif value is not None and not isinstance(value, (str, int)):
        raise _wrong(at, "plain data", value)
    return value


def _text(value: object, at: str) -> str:
    if isinstance(value, str):
        return value
    raise _wrong(at, "a text", value)


def _boolean(value: object, at: str) -> bool:
    if isinstance(value, bool):
        return value
    raise _wrong(at, "true or false", value)


# TypeScript would read larger ones as others.
_LARGEST = 2**53 - 1


def _integer(value: object, at: str) -> int:
    whole = int(value) if isinstance(value, float) and value.is_integer() else value
    if not isinstance(whole, int) or isinstance(whole, bool):
        raise _wrong(at, "a whole number", value)
    if abs(whole) > _LARGEST:
        raise _wrong(at, "a whole number from -%d to %d" % (_LARGEST, _LARGEST), value)
    return whole


def _number(value: object, at: str) -> float:
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        raise _wrong(at, "a number", value)
    try:
        number = float(value)
    except OverflowError:
        number = float("inf")
    if number - number != 0:
        raise _wrong(at, "a finite number", value)
    return number


def _literal(*allowed: object) -> Callable[[object, str], Any]:
    def read(value: object, at: str) -> Any:
        for each in allowed:
            if value == each and isinstance(value, bool) == isinstance(each, bool):
                return each
        raise _wrong(at, "one of " + ", ".join(json.dumps(each) for each in allowed), value)

    return read


def _list(item: _Read[_A]) -> _Read[List[_A]]:
    def read(value: object, at: str) -> List[_A]:
        if not isinstance(value, (list, tuple)):
            raise _wrong(at, "a list", value)
        return [item(each, "%s[%d]" % (at, index)) for index, each in enumerate(value)]

    return read


def _tuple(*items: _Read[Any]) -> Callable[[object, str], Any]:
    def read(value: object, at: str) -> Any:
        if not isinstance(value, (list, tuple)) or len(value) != len(items):
            raise _wrong(at, "a list of %d" % len(items), value)
        return tuple(item(each, "%s[%d]" % (at, index)) for index, (item, each) in enumerate(zip(items, value)))

    return read


def _record(item: _Read[_A]) -> _Read[Dict[str, _A]]:
    def read(value: object, at: str) -> Dict[str, _A]:
        return {key: item(each, "%s.%s" % (at, key)) for key, each in _object(value, at).items()}

    return read


def _either(first: _Read[_A], second: _Read[_B]) -> _Read[Union[_A, _B]]:
    def read(value: object, at: str) -> Union[_A, _B]:
        try:
            return first(value, at)
        except WrongDocument as one:
            try:
                return second(value, at)
            except WrongDocument as other:
                # The one that got further says more.
                raise (one if str(one).split(" ")[0].count(".") > str(other).split(" ")[0].count(".") else other)

    return read


def _object(value: object, at: str) -> Mapping[str, object]:
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        return value
    raise _wrong(at, "an object", value)


def _fields(value: object, at: str, needed: Tuple[str, ...], others: Optional[Tuple[str, ...]]) -> Mapping[str, object]:
    given = _object(value, at)
    for key in needed:
        if key not in given:
            raise WrongDocument("%s.%s is missing" % (at, key))
    if others is not None:
        for key in given:
            if key not in needed and key not in others:
                raise WrongDocument("%s.%s is not declared" % (at, key))
    return given


def _maybe(read: _Read[_A], given: Mapping[str, object], key: str, at: str, otherwise: _B) -> Union[_A, _B]:
    return read(given[key], "%s.%s" % (at, key)) if key in given else otherwise


_KEYS: Dict[str, Dict[str, str]] = {}
# Fields that may be None themselves: only MISSING leaves them out.
_NULLABLE: Dict[str, Tuple[str, ...]] = {}


def to_json(value: object) -> Any:
    """The value as plain data, under the names of the declaration."""
    if is_dataclass(value) and not isinstance(value, type):
        name = type(value).__name__
        keys, nullable, made = _KEYS.get(name, {}), _NULLABLE.get(name, ()), {}
        for field in fields(value):
            part = getattr(value, field.name)
            optional = field.default is None or field.default is MISSING
            if part is MISSING or (part is None and optional and field.name not in nullable):
                continue
            made[keys.get(field.name, field.name)] = to_json(part)
        return made
    if isinstance(value, (list, tuple)):
        return [to_json(item) for item in value]
    if isinstance(value, dict):
        return {key: to_json(item) for key, item in value.items()}
    return value


def _check_types(written: str) -> None:
    started = os.environ.get("SSM_TYPES")
    if started is None or started == written:
        return
    ours, theirs = (dict(entry.split("=") for entry in text.split(" ") if entry) for text in (written, started))
    differ = sorted(key for key in set(ours) | set(theirs) if ours.get(key) != theirs.get(key))
    raise TypesDiffer(
        "The program that started this job declares %s differently than ssm_types.py. Run: ssm types, then start the job again"
        % (", ".join("some field" if key == "*" else unquote(key) for key in differ))
    )
`

/** Everything that stands in front of the classes: readers, and how documents are loaded and saved. */
export const pythonSupport = `${readers}

${pythonFiles}`
