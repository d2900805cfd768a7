import json
import os
import subprocess
import sys
import tempfile
import unittest

from tests.machine import PACKAGE_ROOT

TEXT = """
import json, os
from worker_toolkit import worker_lib
config = worker_lib.WorkerConfig()
open(config.model_dir + "/m", "w").write("m")
open(config.instance_state + "/s", "w").write("s")
worker_lib.write_result({"ok": True})
print(json.dumps({"hps": config.hps, "model": config.model_dir, "result": config.output_data_dir, "channels": config.channels,
  "data": config.channel_data, "hosts": config.hosts, "rank": config.host_rank, "nodes": config.num_nodes}))
"""


class ByHand(unittest.TestCase):
    def run_by_hand(self, folder, *args, **more):
        names = ("SM_", "SSM_", "SAGEMAKER_", "TRAINING_")
        env = {name: value for name, value in os.environ.items() if not name.startswith(names)}
        env.update(PYTHONPATH=PACKAGE_ROOT, PYTHONDONTWRITEBYTECODE="1", TMPDIR=folder, **more)
        done = subprocess.run(
            [sys.executable, "-c", TEXT] + list(args), cwd=folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout), done.stderr

    def test_a_program_outside_a_job_keeps_its_files_in_one_folder_and_says_so_once(self):
        before = {path: os.path.exists(path) for path in ("/state", "/opt/ml")}
        with tempfile.TemporaryDirectory() as folder:
            facts, words = self.run_by_hand(folder)
            hand = os.path.join(os.path.realpath(folder), ".ssm", "hand")
            self.assertEqual(os.path.realpath(facts["model"]), hand + "/opt/ml/model")
            for path in ("opt/ml/model/m", "state/algo-1/s", "opt/ml/output/data/result.json", ".gitignore"):
                self.assertTrue(os.path.isfile(os.path.join(hand, path)), path)
            self.assertEqual(os.listdir(folder), [".ssm"])
            self.assertEqual(words.count("\n"), 1, words)
            self.assertIn("no job runs this program", words)
        self.assertEqual({path: os.path.exists(path) for path in before}, before)
        self.assertEqual((facts["hosts"], facts["rank"], facts["nodes"], facts["channels"]), (["algo-1"], 0, 1, []))

    def test_its_channels_are_those_that_variables_and_folders_name(self):
        with tempfile.TemporaryDirectory() as folder:
            data = os.path.join(os.path.realpath(folder), ".ssm", "hand", "opt", "ml", "input", "data")
            os.makedirs(os.path.join(data, "my-words"))
            facts, _ = self.run_by_hand(folder, SM_CHANNEL_DATA="./texts", SM_CHANNEL_TRAIN="t", SM_CHANNEL_MY_WORDS="w", SM_CHANNEL_NONE="")
        self.assertEqual((facts["data"], sorted(facts["channels"])), ("./texts", ["data", "my-words", "train"]))

    def test_a_channel_that_is_missing_names_the_variable_that_gives_it(self):
        with tempfile.TemporaryDirectory() as folder:
            env = dict(PATH=os.environ.get("PATH", ""), PYTHONPATH=PACKAGE_ROOT, PYTHONDONTWRITEBYTECODE="1", TMPDIR=folder)
            text = "from worker_toolkit import worker_lib\nworker_lib.WorkerConfig().channel_my_words"
            done = subprocess.run([sys.executable, "-c", text], cwd=folder, env=env, stderr=subprocess.PIPE, universal_newlines=True)
        self.assertIn("There is no channel 'my_words': outside a job set the variable SM_CHANNEL_MY_WORDS to its folder", done.stderr)

    def test_its_arguments_are_its_hyperparameters(self):
        with tempfile.TemporaryDirectory() as folder:
            facts, _ = self.run_by_hand(folder, "in", "--lr", "0.1", "--name=a b", "-k", "-5", "--flag", "--last", "x", "y")
        self.assertEqual(facts["hps"], {"lr": "0.1", "name": "a b", "k": "-5", "flag": "true", "last": "x"})

    @unittest.skipUnless(hasattr(os, "getuid") and os.getuid() == 0, "giving a folder away takes the superuser's rights")
    def test_a_folder_of_somebody_else_is_not_used_and_an_open_one_is_closed(self):
        with tempfile.TemporaryDirectory() as folder:
            hand = os.path.join(os.path.realpath(folder), ".ssm", "hand")
            os.makedirs(hand)
            for path in (os.path.dirname(hand), hand):
                os.chmod(path, 0o777)
            facts, _ = self.run_by_hand(folder)
            self.assertTrue(facts["model"].startswith(hand))
            self.assertEqual([os.stat(path).st_mode & 0o777 for path in (os.path.dirname(hand), hand)], [0o700, 0o700])
            for foreign in (hand, os.path.dirname(hand)):
                os.chown(foreign, 65534, 65534)
                facts, _ = self.run_by_hand(folder)
                self.assertIn("ssm-hand-", facts["model"])
                os.chown(foreign, 0, 0)

    def test_names_of_every_kind_are_read(self):
        given = {"gr\u00f6\u00dfe": "1", "9": "2", "optim:lr": "3", "x[0]": "4", "a b": "5", "_c": "6", "--d": "7"}
        with tempfile.TemporaryDirectory() as folder:
            facts, _ = self.run_by_hand(folder, *[word for name, value in given.items() for word in ("--" + name, value)])
        self.assertEqual(facts["hps"], given)


if __name__ == "__main__":
    unittest.main()
