import ast
import glob
import json
import os
import signal
import subprocess
import sys
import time
import unittest

from tests.machine import PACKAGE_ROOT, Machine

START = "import json, sys, os, argparse\nfrom worker_toolkit import worker_lib\n"
FACTS = START + "print(json.dumps(vars(worker_lib.WorkerConfig(False).config)))"


class Fields(unittest.TestCase):
    def facts(self, machine, **changes):
        code, out, err = machine.run_text(FACTS, **changes)
        self.assertEqual(code, 0, err)
        return json.loads(out)

    def test_every_documented_field_comes_from_the_environment(self):
        machine = Machine(channels=["data", "words"], hps={"lr": 0.5, "deep": {"a": [1]}}, hosts=["algo-1", "algo-2"], host="algo-2")
        facts = self.facts(machine)
        expected = {
            "job_name": "task1-2026-01-01-00-00-00-abcd1234",
            "channels": ["data", "words"],
            "channel_data": machine.path("opt/ml/input/data/data"),
            "channel_words": machine.path("opt/ml/input/data/words"),
            "channel_model": "",
            "hps": {"lr": 0.5, "deep": {"a": [1]}},
            "state": machine.path("state"),
            "instance_state": machine.path("state/algo-2"),
            "output_data_dir": machine.path("opt/ml/output/data"),
            "model_dir": machine.path("opt/ml/model"),
            "tensorboard_dir": machine.path("opt/ml/output/tensorboard"),
            "num_cpus": 4,
            "num_gpus": 1,
            "current_host": "algo-2",
            "hosts": ["algo-1", "algo-2"],
            "network_interface_name": "eth0",
            "num_nodes": 2,
            "host_rank": 1,
            "input_dir": machine.path("opt/ml/input"),
            "input_data_dir": machine.path("opt/ml/input/data"),
            "output_dir": machine.path("opt/ml/output"),
        }
        self.assertEqual({name: facts[name] for name in expected}, expected)

    def test_without_the_environment_the_training_job_s_files_are_read(self):
        machine = Machine()
        hps = {"n": "5", "name": '"text"', "plain": "abc", "flag": "true", "sagemaker_program": '"x.py"'}
        machine.put("opt/ml/input/config/hyperparameters.json", json.dumps(hps))
        machine.put("opt/ml/input/config/inputdataconfig.json", json.dumps({"data": {}, "code": {}, "words": {}}))
        resources = {"current_host": "algo-2", "hosts": ["algo-1", "algo-2"], "network_interface_name": "eth7"}
        machine.put("opt/ml/input/config/resourceconfig.json", json.dumps(resources))
        facts = self.facts(machine, env=machine.bare_environment())
        self.assertEqual(facts["hps"], {"n": 5, "name": "text", "plain": "abc", "flag": True})
        self.assertEqual(facts["channels"], ["data", "words"])
        self.assertEqual(facts["channel_words"], machine.path("opt/ml/input/data/words"))
        self.assertEqual((facts["host_rank"], facts["num_nodes"], facts["network_interface_name"]), (1, 2, "eth7"))
        self.assertEqual(facts["instance_state"], machine.path("state/algo-2"))

    def test_without_the_environment_the_processing_job_s_files_are_read(self):
        machine = Machine()
        inputs = [{"InputName": name, "S3Input": {"LocalPath": "/opt/ml/processing/" + name}} for name in ("data", "code")]
        job = {"ProcessingJobName": "prep-1", "ProcessingInputs": inputs}
        machine.put("opt/ml/config/processingjobconfig.json", json.dumps(job))
        machine.put("opt/ml/config/resourceconfig.json", json.dumps({"current_host": "algo-1", "hosts": ["algo-1"]}))
        facts = self.facts(machine, env=machine.bare_environment())
        self.assertEqual((facts["job_name"], facts["channels"], facts["channel_data"]), ("prep-1", ["data"], "/opt/ml/processing/data"))
        self.assertEqual(facts["state"], machine.path("opt/ml/processing/state"))
        self.assertEqual(facts["output_data_dir"], machine.path("opt/ml/processing/output"))

    def test_a_wrong_name_is_answered_with_those_there_are(self):
        machine = Machine(channels=["data", "words"])
        text = START + "c = worker_lib.WorkerConfig(False)\nfor n in ('channel_wrods', 'num_cpu'):\n  try: getattr(c, n)\n  except AttributeError as e: print(e)"
        lines = machine.run_text(text)[1].splitlines()
        self.assertEqual(lines[0], "This job has no channel 'wrods'; its channels are: data, words")
        self.assertIn("no field 'num_cpu'; it has: channel_data, ", lines[1])
        self.assertIn("num_cpus", lines[1])

    def test_an_argument_of_the_program_goes_before_the_environment(self):
        machine = Machine()
        text = START + "c = worker_lib.WorkerConfig(False)\nprint(c.model_dir, c.num_gpus)"
        self.assertEqual(machine.run_text(text, "--model_dir", "/m", "--num-gpus", "many")[1], "/m 1\n")

    def test_a_broken_variable_is_named(self):
        self.assertIn("SM_HPS should hold JSON", Machine().run_text(FACTS, SM_HPS="{")[2])


class Behaviour(unittest.TestCase):
    def printed(self, machine, text, *args, **changes):
        code, out, err = machine.run_text(START + text, *args, **changes)
        self.assertEqual(code, 0, err)
        return out.strip()

    def test_each_machine_keeps_its_own_state_and_drops_the_copies_of_the_others(self):
        machine = Machine(hosts=["algo-1", "algo-2"], host="algo-2")
        for name in ("state/algo-1/a", "state/algo-2/b", "state/shared/c", "state/d"):
            machine.put(name, "")
        self.printed(machine, "worker_lib.WorkerConfig()")
        self.assertEqual(sorted(os.listdir(machine.path("state"))), ["algo-2", "d", "shared"])
        self.assertEqual(os.listdir(machine.path("state/algo-2")), ["b"])

    def test_without_per_instance_state_nothing_is_dropped_until_asked(self):
        machine = Machine()
        machine.put("state/algo-9/x", "")
        text = "c = worker_lib.WorkerConfig(per_instance_state=False)\nbefore = os.listdir(c.state)\nc.initMultiWorkersState()\nprint(len(before), len(os.listdir(c.state)), os.environ['SSM_INSTANCE_STATE'] == c.instance_state)"
        self.assertEqual(self.printed(machine, text), "2 1 True")

    def test_updateNamespace_copies_fields_under_other_names(self):
        text = "n = argparse.Namespace(workers=0)\nworker_lib.WorkerConfig().updateNamespace(n, {'num_cpus': 'workers', 'model_dir': 'out'})\nprint(n.workers, n.out)"
        machine = Machine()
        self.assertEqual(self.printed(machine, text), "4 " + machine.path("opt/ml/model"))

    def test_update_argv_unpacks_packed_arguments_in_front(self):
        text = "worker_lib.WorkerConfig(update_argv=True)\nprint(json.dumps(sys.argv[1:]))"
        out = self.printed(Machine(), text, "--k", "v", "--external_hps", "\"--raw 'a b'\"", "--z", "1")
        self.assertEqual(json.loads(out), ["--raw", "a b", "--k", "v", "--z", "1"])

    def test_arguments_are_left_alone_otherwise(self):
        text = "worker_lib.WorkerConfig()\nprint(json.dumps(sys.argv[1:]))"
        self.assertEqual(json.loads(self.printed(Machine(), text, "--raw", "a b", "")), ["--raw", "a b", ""])

    def test_a_config_can_be_copied_and_early_versions_words_still_exist(self):
        text = "import copy, pickle\nc = worker_lib.WorkerConfig()\nc.markCompleted()\nprint(copy.deepcopy(c).job_name == pickle.loads(pickle.dumps(c)).job_name)"
        self.assertEqual(self.printed(Machine(), text), "True")

    def test_importing_and_using_the_library_costs_no_more_than_it_must(self):
        out = self.printed(Machine(), "worker_lib.WorkerConfig()\nprint(sorted(m for m in sys.modules if m in ('asyncio', 'ssl', 'http')))")
        self.assertEqual(out, "[]")


class Result(unittest.TestCase):
    def test_the_result_is_written_whole_into_the_output_folder(self):
        machine = Machine()
        code, _, err = machine.run_text(START + "worker_lib.write_result({'a': [1, 2.5, None, True, 'é']})\nworker_lib.write_result([2])")
        self.assertEqual((code, err), (0, ""))
        self.assertEqual(json.loads(machine.read("opt/ml/output/data/result.json")), [2])
        self.assertEqual(os.listdir(machine.path("opt/ml/output/data")), ["result.json"])

    def test_what_json_cannot_say_is_refused_with_its_place_and_leaves_nothing(self):
        machine = Machine()
        cases = {
            "{'a': [1, {2, 3}]}": "value['a'][1] is a set",
            "float('nan')": "value is nan",
            "{1: 'x'}": "value has the key 1",
            "{'p': b'x'}": "value['p'] is a bytes",
            "[1, 2**53]": "value[1] is 9007199254740992, which TypeScript would read as another number",
            "{'n': -2**60}": "value['n'] is -1152921504606846976, which TypeScript would read as another number",
            "{'n': 10**5000}": "value['n'] is a whole number of 16610 bits, which TypeScript would read as another number",
        }
        for text, sentence in cases.items():
            code, _, err = machine.run_text(START + "worker_lib.write_result(%s)" % text)
            self.assertEqual(code, 1)
            self.assertIn("TypeError: " + sentence, err)
        self.assertEqual(os.listdir(machine.path("opt/ml/output/data")), [])

    def test_the_largest_numbers_that_arrive_as_they_are_can_be_said(self):
        machine = Machine()
        code, _, err = machine.run_text(START + "worker_lib.write_result([2**53 - 1, 1 - 2**53, float(2**60), str(2**60), True])")
        self.assertEqual((code, err), (0, ""))
        said = json.loads(machine.read("opt/ml/output/data/result.json"))
        self.assertEqual(said, [9007199254740991, -9007199254740991, 2.0**60, "1152921504606846976", True])

    def test_a_value_that_holds_itself_is_refused(self):
        self.assertIn("holds itself", Machine().run_text(START + "a = []\na.append(a)\nworker_lib.write_result(a)")[2])


class Stop(unittest.TestCase):
    def stopped(self, text):
        machine = Machine()
        env = machine.environment()
        program = subprocess.Popen([sys.executable, "-u", "-c", START + text], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True)
        self.assertEqual(program.stdout.readline(), "ready\n")
        time.sleep(0.05)
        started = time.time()
        program.send_signal(signal.SIGTERM)
        out, err = program.communicate(timeout=20)
        self.assertLess(time.time() - started, 5)
        return program.returncode, out, err

    def test_a_sleeping_program_calls_back_and_ends_with_143(self):
        text = "import time\nworker_lib.on_stop(lambda: print('one'))\n@worker_lib.on_stop\ndef two(): print('two')\nprint('ready')\ntry: time.sleep(60)\nfinally: print('cleaned')"
        self.assertEqual(self.stopped(text), (143, "one\ntwo\ncleaned\n", ""))

    def test_a_program_blocked_on_a_queue_is_interrupted(self):
        text = "import queue\nworker_lib.on_stop(lambda: print('saved'))\nprint('ready')\nqueue.Queue().get()"
        self.assertEqual(self.stopped(text), (143, "saved\n", ""))

    def test_a_callback_may_choose_the_exit_code(self):
        text = "import time\nworker_lib.on_stop(lambda: sys.exit(0))\nworker_lib.on_stop(lambda: print('also'))\nprint('ready')\ntime.sleep(60)"
        self.assertEqual(self.stopped(text), (0, "also\n", ""))

    def test_a_failing_callback_is_printed_and_the_others_run(self):
        text = "import time\nworker_lib.on_stop(lambda: 1 / 0)\nworker_lib.on_stop(lambda: print('also'))\nprint('ready')\ntime.sleep(60)"
        code, out, err = self.stopped(text)
        self.assertEqual((code, out), (143, "also\n"))
        self.assertIn("ZeroDivisionError", err)

    def test_the_callbacks_are_not_those_of_a_forked_child(self):
        text = "import time\nworker_lib.on_stop(lambda: print('called', flush=True))\nr, w = os.pipe()\nchild = os.fork()\nif child == 0:\n  os.write(w, b'.')\n  time.sleep(60)\nos.read(r, 1)\nos.kill(child, 15)\nprint(os.waitpid(child, 0)[1], flush=True)"
        code, out, err = Machine().run_text(START + text)
        self.assertEqual((code, out), (0, "15\n"), err)

    def test_another_thread_is_told_that_it_cannot_ask(self):
        text = "import threading\ndef ask():\n  try: worker_lib.on_stop(print)\n  except RuntimeError as e: print(e)\nt = threading.Thread(target=ask)\nt.start()\nt.join()"
        self.assertIn("must be called from the main thread", Machine().run_text(START + text)[1])


class Language(unittest.TestCase):
    @unittest.skipIf(sys.version_info < (3, 8), "this Python cannot parse as an older one")
    def test_the_package_is_python_3_6(self):
        for path in glob.glob(os.path.join(PACKAGE_ROOT, "worker_toolkit", "*.py")) + [os.path.join(PACKAGE_ROOT, "build_backend.py")]:
            with open(path, encoding="utf-8") as file:
                ast.parse(file.read(), path, feature_version=(3, 6))


if __name__ == "__main__":
    unittest.main()
