"""Functions that tests call on a machine."""
import os
import signal

from texts_more import UNIT


def measured(texts, options=None):
    if options is not None and options["unit"] == "none":
        raise LookupError("there is no such unit")
    print("measuring")
    return {"unit": UNIT, "lengths": [len(text) for text in texts]}


def noted(text, path):
    with open(path, "a") as file:
        file.write(text + "\n")
    if text == "fails":
        raise TypeError("fails is refused")
    if text == "leaves":
        os._exit(7)
    return len(text)


def unfit():
    return {1, 2}


def large(value):
    return {"deep": [int(value)]}


def wrong():
    return {"lengths": ["a"]}


def killing(item, folder, deadly):
    with open(folder + "/starts", "a") as file:
        file.write("%d\n" % item)
    if item in deadly:
        try:
            os.close(os.open(folder + "/killed-%d" % item, os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            return item * 2
        os.kill(os.getpid(), signal.SIGKILL)
    return item * 2
