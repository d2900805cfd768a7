"""Runs a program in a pseudo-terminal and plays a script on it: python3 play.py SCRIPT.json

The script is {"argv": [...], "rows": n, "columns": n, "steps": [...]}; a step waits for a text and then acts:
{"after": "text", "send": "\\u0003"} or {"after": "text", "resize": [rows, columns]} or {"after": "text", "pauseMs": 100}.
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
if child == 0:
    os.execvp(script["argv"][0], script["argv"])


def resize(rows, columns):
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


resize(script.get("rows", 24), script.get("columns", 80))
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
            time.sleep(step.get("pauseMs", 0) / 1000)
            if "resize" in step:
                resize(*step["resize"])
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
