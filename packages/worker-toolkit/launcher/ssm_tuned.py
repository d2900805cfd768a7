"""Starts the launcher in a training job of a tuning job.

A tuning job takes no program in its request. Images with SageMaker's training toolkit call the function that the variable
SAGEMAKER_TRAINING_MODULE names: this one, which lies in the `code` channel. It adds the hyperparameters that the tuner chose to the
launcher's settings, and becomes the launcher. Python 3.6 and the standard library are enough.
"""
import hashlib
import json
import os
import shlex
import sys

CHANGED = 86


def main():
    channel = os.path.dirname(os.path.abspath(__file__))
    launcher, settings, bundle, plan = os.environ.pop("SSM_TUNED_PINS").split()
    refuse_unless_pinned(os.path.join(channel, "launch.sh"), launcher)
    known = refuse_unless_pinned(os.path.join(channel, "launch.settings"), settings)
    facts = json.loads(refuse_unless_pinned(os.path.join(channel, "tuned.json"), plan).decode("utf-8"))
    restore_environment(channel)
    opt_ml = os.path.dirname(os.path.dirname(os.path.dirname(channel)))
    with open(os.path.join(opt_ml, "input", "config", "hyperparameters.json"), encoding="utf-8") as file:
        chosen = json.load(file)
    own = known + ("\n".join(settings_of(facts, chosen)) + "\n").encode("utf-8")
    folder = lay_out(channel, opt_ml, own)
    keep_state_apart(opt_ml)
    sys.stdout.flush()
    sys.stderr.flush()
    os.execv("/bin/sh", ["/bin/sh", os.path.join(folder, "launch.sh"), launcher, hashlib.sha256(own).hexdigest(), bundle])


def refuse_unless_pinned(path, digest):
    with open(path, "rb") as file:
        content = file.read()
    if hashlib.sha256(content).hexdigest() != digest:
        sys.stderr.write("ssm: %s was changed\n" % os.path.basename(path))
        sys.stderr.flush()
        os._exit(CHANGED)
    return content


def restore_environment(channel):
    """Takes back what brought Python here, so that the program does not see it."""
    os.environ.pop("SAGEMAKER_TRAINING_MODULE", None)
    rest = [path for path in os.environ.pop("PYTHONPATH", "").split(os.pathsep) if path and path != channel]
    if rest:
        os.environ["PYTHONPATH"] = os.pathsep.join(rest)


def settings_of(facts, chosen):
    """Lines that replace the arguments and hyperparameters of the settings."""
    words = [(each, value_of(each, chosen)) for each in facts["hyperparameters"]]
    arguments = list(facts["arguments"])
    if facts["passesHyperparameters"]:
        for each, (text, _, argument) in words:
            arguments += [("-" if len(each["name"]) == 1 else "--") + each["name"], argument]
    hyperparameters = ",".join("%s:%s" % (json.dumps(each["name"]), as_json) for each, (_, as_json, _) in words)
    exported = {"SM_USER_ARGS": json.dumps(arguments), "SM_HPS": "{%s}" % hyperparameters}
    exported.update((each["variable"], text) for each, (text, _, _) in words)
    if os.environ.get("TRAINING_JOB_NAME"):
        exported["SAGEMAKER_JOB_NAME"] = os.environ["TRAINING_JOB_NAME"]
    lines = ["set -- " + " ".join(shlex.quote(word) for word in facts["command"] + arguments)]
    return lines + ["export %s=%s" % (name, shlex.quote(text)) for name, text in exported.items()]


def value_of(each, chosen):
    """A hyperparameter as text, as JSON, and as an argument."""
    if "text" in each:
        return each["text"], each["json"], each["argument"]
    raw = chosen[each["name"]]
    if each["isNumber"]:
        return raw, raw, raw
    value = json.loads(raw)
    if isinstance(value, str):
        return value, raw, value
    return raw, raw, str(value) if isinstance(value, bool) and each["isPython"] else raw


def lay_out(channel, opt_ml, settings):
    """A folder as the launcher expects it: a channel may be read-only."""
    folder = os.path.join(opt_ml, ".ssm-tuned")
    os.makedirs(folder, exist_ok=True)
    for name in ("launch.sh", "sourcedir.tar.gz"):
        path = os.path.join(folder, name)
        if os.path.lexists(path):
            os.unlink(path)
        os.symlink(os.path.join(channel, name), path)
    # Wheels are looked for beside the folder of the launcher.
    wheels = os.path.join(opt_ml, "dependencies")
    if os.path.isdir(os.path.join(os.path.dirname(channel), "dependencies")) and not os.path.lexists(wheels):
        os.symlink(os.path.join(os.path.dirname(channel), "dependencies"), wheels)
    with open(os.path.join(folder, "launch.settings"), "wb") as file:
        file.write(settings)
    return folder


def keep_state_apart(opt_ml):
    """All training jobs of a tuning job have one address for their state: each keeps its own in a folder of its name."""
    checkpoints = os.path.join(opt_ml, "checkpoints")
    state = os.path.join(os.environ.get("SSM_MACHINE_ROOT") or "/", "state")
    if os.path.isdir(checkpoints) and not os.path.lexists(state):
        own = os.path.join(checkpoints, os.environ.get("TRAINING_JOB_NAME") or "job")
        os.makedirs(own, exist_ok=True)
        os.symlink(own, state)
