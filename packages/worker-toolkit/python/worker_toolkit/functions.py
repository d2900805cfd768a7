"""Calls of a function from another program: reads the arguments, calls, keeps how each call ended, and answers.

The files are those of `protocol.ts` of the Node toolkit. Used by the program that the library puts around a function.
"""
import hashlib
import importlib.util
import json
import os
import queue
import subprocess
import sys
import threading
import traceback
from typing import Any, Callable, Dict, Iterator, List, Optional, Tuple

from ._facts import read_facts
from ._result import _check_json

_LANE = "--ssm-lane"


def serve_calls(program: str, module: str, name: str) -> None:
    """Run the calls of this job on this machine: every n-th of n machines. What ended before an interruption is not called again.

    :param program: the file to start processes with
    :param module: the file with the function, beside the program
    :param name: the function
    """
    if sys.argv[-1] == _LANE:
        _answer(_function(program, module, name))
        return
    facts = read_facts()
    hosts, host = facts["hosts"] or [facts["current_host"]], facts["current_host"]
    channel = facts["channel_calls"]
    with open(os.path.join(channel, "settings.json"), encoding="utf-8") as file:
        settings = json.load(file)
    rest = settings["rest"]  # type: List[Any]
    calls = list(_calls_of(channel, rest, hosts.index(host), len(hosts)))
    before = _kept_ends(facts["state"])
    ends = {number: before[(number, of)] for number, of, _ in calls if (number, of) in before}
    left = [each for each in calls if each[0] not in ends]
    print("%s: %d calls on this machine%s" % (name, len(left), ", %d ended before" % len(ends) if ends else ""), flush=True)
    lanes = max(1, min(int(settings["perMachine"]), len(left)))
    with _EndedCalls(facts["instance_state"]) as kept:

        def ended(number: int, of: str, end: Dict[str, Any]) -> None:
            whole = dict(call=number, of=of, **end)
            kept.add(whole)
            ends[number] = whole
            if "error" in end:
                print("%s: call %d failed: %s: %s" % (name, number, end["error"]["name"], end["error"]["message"]), file=sys.stderr)

        if settings["perMachine"] == 1:
            function = _function(program, module, name) if left else None
            for number, of, args in left:
                ended(number, of, _one_call(function, args))
        else:
            _in_processes(program, left, lanes, ended)
    os.makedirs(facts["model_dir"], exist_ok=True)
    with open(os.path.join(facts["model_dir"], "answers-%s.jsonl" % host), "w", encoding="utf-8") as answers:
        for number, _, _ in calls:
            answers.write(_line(ends[number]))


_Call = Tuple[int, str, List[Any]]


def _calls_of(channel: str, rest: List[Any], rank: int, machines: int) -> Iterator[_Call]:
    others = json.dumps(rest, sort_keys=True)
    with open(os.path.join(channel, "calls.jsonl"), encoding="utf-8", newline="\n") as file:
        for number, line in enumerate(file):
            if number % machines == rank:
                digest = hashlib.sha256((line.rstrip("\n") + "\0" + others).encode("utf-8")).hexdigest()[:16]
                yield number, digest, json.loads(line) + rest


def _function(program: str, module: str, name: str) -> Callable[..., Any]:
    folder = os.path.dirname(os.path.abspath(program))
    title = os.path.splitext(os.path.basename(module))[0]
    spec = importlib.util.spec_from_file_location(title, os.path.join(folder, module))
    if spec is None or spec.loader is None:
        raise RuntimeError("The file %s cannot be loaded" % module)
    loaded = importlib.util.module_from_spec(spec)
    # What the module defines is found by its name, as pickle and dataclasses do.
    sys.modules[title] = loaded
    spec.loader.exec_module(loaded)
    function = getattr(loaded, name, None)
    if not callable(function):
        raise RuntimeError("The file %s has no function %s" % (module, name))
    return function  # type: ignore[no-any-return]


def _one_call(function: Any, args: List[Any]) -> Dict[str, Any]:
    """How the call ended: what it raises, and a value that JSON cannot represent, are an end like any other."""
    try:
        value = function(*args)
        _check_json(value, "the value that the function gives", ())
        return {"value": value}
    except Exception as error:  # whatever the function raises
        return {"error": {"name": type(error).__name__, "message": str(error), "stack": traceback.format_exc()}}


def _in_processes(program: str, calls: List[_Call], lanes: int, ended: Callable[[int, str, Dict[str, Any]], None]) -> None:
    """Several calls at once, each lane a process that runs the same program; one that ends in the middle of a call is replaced."""
    left = queue.Queue()  # type: queue.Queue[_Call]
    for call in calls:
        left.put(call)
    lock = threading.Lock()

    def run() -> None:
        lane = None  # type: Optional[subprocess.Popen[bytes]]
        try:
            while True:
                try:
                    number, of, args = left.get_nowait()
                except queue.Empty:
                    return
                if lane is None:
                    lane = subprocess.Popen([sys.executable, program, _LANE], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
                end = _asked(lane, args)
                if end is None:
                    message = "The process of the call ended with exit code %d" % lane.wait()
                    lane, end = None, {"error": {"name": "Error", "message": message, "stack": ""}}
                with lock:
                    ended(number, of, end)
        finally:
            if lane is not None:
                lane.kill()
                lane.wait()

    threads = [threading.Thread(target=run) for _ in range(lanes)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _asked(lane: "subprocess.Popen[bytes]", args: List[Any]) -> Optional[Dict[str, Any]]:
    assert lane.stdin is not None and lane.stdout is not None
    try:
        lane.stdin.write(_line(args).encode("utf-8"))
        lane.stdin.flush()
        answer = lane.stdout.readline()
    except BrokenPipeError:
        return None
    # A line that does not end was being written when the process was lost.
    return json.loads(answer.decode("utf-8")) if answer.endswith(b"\n") else None


def _answer(function: Callable[..., Any]) -> None:
    """The other side of a lane. What the function prints goes to the log, and not between the answers."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    for line in sys.stdin.buffer:
        answers.write(_line(_one_call(function, json.loads(line.decode("utf-8")))).encode("utf-8"))
        answers.flush()


def _line(value: Any) -> str:
    return json.dumps(value, allow_nan=False) + "\n"


def _kept_ends(state: str) -> Dict[Tuple[int, str], Dict[str, Any]]:
    """The calls that ended on any machine before; those that failed are left out, as they are tried again."""
    kept = {}  # type: Dict[Tuple[int, str], Dict[str, Any]]
    hosts = sorted(os.listdir(state)) if os.path.isdir(state) else []
    for host in hosts:
        for line in _text_of(os.path.join(state, host, _KEPT)).split("\n"):
            try:
                end = json.loads(line)
                if "error" not in end:
                    kept[(end["call"], end["of"])] = end
            except (ValueError, KeyError, TypeError):
                # A line that was being written when the machine was lost.
                continue
    return kept


_KEPT = "ended-calls.jsonl"


def _text_of(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


class _EndedCalls:
    """The list of ended calls of this machine: each line is there as a whole once `add` has returned."""

    def __init__(self, folder: str) -> None:
        os.makedirs(folder, exist_ok=True)
        path = os.path.join(folder, _KEPT)
        before = _text_of(path)
        self._file = open(path, "ab", buffering=0)
        if before and not before.endswith("\n"):
            self._file.write(b"\n")

    def add(self, end: Dict[str, Any]) -> None:
        self._file.write(_line(end).encode("utf-8"))

    def __enter__(self) -> "_EndedCalls":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
