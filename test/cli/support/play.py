"""Runs a program in a pseudo-terminal and plays a script on it: python3 play.py SCRIPT.json

The script is {"argv": [...], "rows": n, "columns": n, "steps": [...]}; a step waits for a text and then acts:
{"after": "text", "send": "\\u0003"} or {"after": "text", "resize": [rows, columns]} or {"after": "text", "make": "a file"}; the
text of the step after a resize comes after it.
Prints {"output": "...", "code": n} as JSON.
"""
import fcntl
import json
import os
import pty
import select
import signal
import struct
import sys
import termios
import time

script = json.load(open(sys.argv[1]))
child, terminal = pty.fork()


def resize(rows, columns, of=terminal):
    fcntl.ioctl(of, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


if child == 0:
    # By the program's own process, which then has the right size from its first moment.
    resize(script.get("rows", 24), script.get("columns", 80), sys.stdin.fileno())
    os.execvp(script["argv"][0], script["argv"])

output = b""
seen = 0
steps = list(script.get("steps", []))
deadline = time.time() + script.get("seconds", 60)
while time.time() < deadline:
    if steps:
        at = output.find(steps[0]["after"].encode(), seen)
        if at >= 0:
            step = steps.pop(0)
            seen = at + len(step["after"].encode())
            if "resize" in step:
                resize(*step["resize"])
                seen = len(output)
            if "make" in step:
                open(step["make"], "w").close()
            if "send" in step:
                os.write(terminal, step["send"].encode())
            continue
    ready, _, _ = select.select([terminal], [], [], 0.2)
    if not ready:
        continue
    try:
        chunk = os.read(terminal, 65536)
    except OSError:
        break
    if not chunk:
        break
    output += chunk
else:
    os.kill(child, signal.SIGKILL)
_, status = os.waitpid(child, 0)
print(json.dumps({"output": output.decode("utf-8", "replace"), "code": os.waitstatus_to_exitcode(status), "left": len(steps)}))
