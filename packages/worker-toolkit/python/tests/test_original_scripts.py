"""The worker scripts the original documents run unchanged."""
import os
import unittest

from tests.machine import Machine


class OriginalScripts(unittest.TestCase):
    def ran(self, machine, script, *args):
        code, out, err = machine.run_script(script, *args)
        self.assertEqual((code, err), (0, ""), out)
        return out

    def test_worker1_prints_its_devices(self):
        machine = Machine()
        machine.put("lib/torch.py", "class cuda:\n  device_count = lambda: 2\n  get_device_properties = lambda i: 'gpu%d' % i\n")
        env = machine.environment()
        script = os.path.join(os.path.dirname(__file__), "scripts", "worker1.py")
        code, out, _ = machine.run([script], dict(env, PYTHONPATH=machine.path("lib")))
        self.assertEqual((code, out), (0, "-***- Device 0: gpu0\n-***- Device 1: gpu1\n"))

    def test_worker2_reads_a_hyperparameter(self):
        out = self.ran(Machine(hps={"msg": "Hello, world!"}), "worker2.py", "--msg", "Hello, world!")
        self.assertEqual(out, "-***- Hello, world!\n")

    def test_worker3_writes_output_model_and_state(self):
        machine = Machine()
        self.ran(machine, "worker3.py")
        self.assertEqual(machine.read("opt/ml/output/data/output_data_dir"), "output_data_dir file")
        self.assertEqual(machine.read("opt/ml/model/model_dir"), "model_dir file")
        self.assertEqual(machine.read("state/state_dir"), "state_dir file")

    def test_worker4_lists_its_channels(self):
        machine = Machine(channels=["data", "bucket"])
        machine.put("opt/ml/input/data/bucket/persons.json", "[]")
        self.assertIn("persons.json", self.ran(machine, "worker4.py"))

    def test_worker4_gets_an_empty_data_path_when_the_job_has_no_data_channel(self):
        machine = Machine(channels=["bucket"])
        self.assertIn("*** START listing files in \n", machine.run_script("worker4.py")[1])

    def test_worker6_processes_its_share_of_the_data(self):
        machine = Machine(channels=["data", "persons"], hps={"task_type": 1}, hosts=["algo-1", "algo-2"], host="algo-2")
        machine.put("opt/ml/input/data/data/sample2.txt", "text")
        out = self.ran(machine, "worker6.py", "--task_type", "1")
        self.assertIn("Score=10;", out)
        self.assertIn("channel persons is at " + machine.path("opt/ml/input/data/persons"), out)
        self.assertEqual(machine.read("opt/ml/model/sample2.txt_proc_by_algo-2"), "TEXT")
        self.assertEqual(machine.read("state/algo-2/algo-2"), "state_algo-2")

    def test_single_file_task1(self):
        machine = Machine(channels=["data"], hps={"arg": "hello world!", "task": 1, "worker": 1})
        machine.put("opt/ml/input/data/data/sample_data1.txt", "sample")
        out = self.ran(machine, "single_file.py", "--arg", "hello world!", "--task", "1", "--worker", "1")
        self.assertIn("INFO:__main__:Hyperparams: {'arg': 'hello world!', 'task': 1, 'worker': 1}\n", out)
        self.assertEqual(machine.read("opt/ml/model/sample_data1.txt_proc_by_algo-1"), "sample processed by algo-1")
        self.assertEqual(machine.read("opt/ml/model/output_algo-1"), "output")
        self.assertEqual(machine.read("state/algo-1/state_algo-1"), "state")

    def test_single_file_task2(self):
        machine = Machine(channels=["task2_data", "task2_data_dist"], hps={"task": 2, "worker": 1})
        machine.put("opt/ml/input/data/task2_data/model.tar.gz", "")
        out = self.ran(machine, "single_file.py", "--task", "2", "--worker", "1")
        self.assertIn("task2_data/model.tar.gz", out)
        self.assertIn("INFO:__main__:finished!", out)


if __name__ == "__main__":
    unittest.main()
