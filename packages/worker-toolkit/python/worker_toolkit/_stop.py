"""A stop of the job, as its machine announces it: SIGTERM."""
import os
import signal
import sys
import threading
import traceback
from types import FrameType
from typing import Any, Callable, List, Optional, TypeVar

Callback = TypeVar("Callback", bound=Callable[[], object])

#: The exit code of a program that SIGTERM ended, as a shell gives it.
STOPPED_EXIT_CODE = 128 + signal.SIGTERM

_stop_callbacks = []  # type: List[Callable[[], object]]
_stop_process = None  # type: Optional[int]


def on_stop(callback: Callback) -> Callback:
    """Call back when the job is being stopped (SIGTERM): by somebody, by its time limit, or because a spot machine goes.

    The main thread is interrupted where it is, asleep or waiting too; the callbacks run in the order they came; then the program
    ends with exit code 143, or with the code a callback gave to `sys.exit`. An error in a callback is printed, the others still
    run. The machine is gone two minutes after the signal; what lies in the state folder by then is kept.

    Gives the callback back, so that it can be used as a decorator.

    :raises RuntimeError: outside the main thread, the only one Python tells about signals
    """
    global _stop_process
    if threading.current_thread() is not threading.main_thread():
        raise RuntimeError("on_stop must be called from the main thread: Python tells no other one about signals")
    if not callable(callback):
        raise TypeError("on_stop needs a function, and was given %r" % (callback,))
    if _stop_process != os.getpid():
        _stop_process = os.getpid()
        del _stop_callbacks[:]
        signal.signal(signal.SIGTERM, _stop)
    _stop_callbacks.append(callback)
    return callback


def _stop(signum: int, frame: Optional[FrameType]) -> None:
    if os.getpid() != _stop_process:
        # A forked child, such as a worker of a pool, has inherited the handler: the callbacks are not its own.
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGTERM)
        return
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    ending = STOPPED_EXIT_CODE  # type: Any
    for callback in list(_stop_callbacks):
        try:
            callback()
        except SystemExit as chosen:
            ending = chosen.code
        except Exception:
            traceback.print_exc()
    sys.exit(ending)
