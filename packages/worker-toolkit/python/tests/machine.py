"""A machine to run a worker script on: a folder tree, an environment as the launcher makes it, and the run itself."""
import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
SCRIPTS = os.path.join(HERE, "scripts")
PACKAGE_ROOT = os.path.dirname(HERE)


class Machine:
    def __init__(self, channels=(), hps=None, hosts=("algo-1",), host="algo-1"):
        self.temporary = tempfile.TemporaryDirectory()
        self.root = self.temporary.name
        self.hosts, self.host, self.hps, self.channels = list(hosts), host, hps or {}, list(channels)
        for folder in ("state/" + host, "opt/ml/model", "opt/ml/output/data", "opt/ml/input/config", "opt/ml/code"):
            os.makedirs(self.path(folder))
        for channel in channels:
            os.makedirs(self.path("opt/ml/input/data/" + channel))

    def path(self, name):
        return os.path.join(self.root, name)

    def put(self, name, text):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), "w") as file:
            file.write(text)

    def read(self, name):
        with open(self.path(name)) as file:
            return file.read()

    def bare_environment(self):
        env = {name: value for name, value in os.environ.items() if not name.startswith(("SM_", "SSM_", "SAGEMAKER_", "TRAINING_"))}
        return dict(env, SSM_MACHINE_ROOT=self.root, PYTHONPATH=PACKAGE_ROOT, PYTHONDONTWRITEBYTECODE="1")

    def environment(self):
        facts = {
            "SAGEMAKER_JOB_NAME": "task1-2026-01-01-00-00-00-abcd1234",
            "SM_CHANNELS": json.dumps(self.channels),
            "SM_HPS": json.dumps(self.hps),
            "SM_HOSTS": json.dumps(self.hosts),
            "SM_CURRENT_HOST": self.host,
            "SM_NUM_CPUS": "4",
            "SM_NUM_GPUS": "1",
            "SM_NETWORK_INTERFACE_NAME": "eth0",
            "SM_LOG_LEVEL": "20",
            "SM_MODEL_DIR": self.path("opt/ml/model"),
            "SM_OUTPUT_DIR": self.path("opt/ml/output"),
            "SM_OUTPUT_DATA_DIR": self.path("opt/ml/output/data"),
            "SM_INPUT_DIR": self.path("opt/ml/input"),
            "SM_INPUT_CONFIG_DIR": self.path("opt/ml/input/config"),
            "SSM_STATE": self.path("state"),
            "SSM_INSTANCE_STATE": self.path("state/" + self.host),
            "SSM_TENSORBOARD_DIR": self.path("opt/ml/output/tensorboard"),
        }
        for channel in self.channels:
            facts["SM_CHANNEL_" + channel.upper()] = self.path("opt/ml/input/data/" + channel)
        return dict(self.bare_environment(), **facts)

    def run_script(self, name, *args):
        return self.run([os.path.join(SCRIPTS, name)] + list(args), self.environment())

    def run_text(self, text, *args, **changes):
        env = changes.pop("env", None) or self.environment()
        return self.run(["-c", text] + list(args), dict(env, **changes))

    def run(self, args, env):
        done = subprocess.run(
            [sys.executable] + args,
            env=env,
            cwd=self.path("opt/ml/code"),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            universal_newlines=True,
            timeout=60,
        )
        return done.returncode, done.stdout, done.stderr
