import json
import os
import subprocess
import sys
import tempfile
import unittest

from tests.machine import PACKAGE_ROOT

PACKAGE_JSON = os.path.join(os.path.dirname(PACKAGE_ROOT), "package.json")


class Wheel(unittest.TestCase):
    def build(self, folder):
        program = os.path.join(PACKAGE_ROOT, "build_backend.py")
        return subprocess.run([sys.executable, program, folder], stdout=subprocess.PIPE, universal_newlines=True, check=True).stdout.strip()

    def test_two_builds_have_the_same_bytes_and_the_version_of_the_package(self):
        with tempfile.TemporaryDirectory() as folder:
            wheels = [self.build(os.path.join(folder, name)) for name in "ab"]
            contents = []
            for wheel in wheels:
                with open(wheel, "rb") as file:
                    contents.append(file.read())
        self.assertEqual(contents[0], contents[1])
        with open(PACKAGE_JSON) as file:
            version = json.load(file)["version"]
        self.assertEqual(os.path.basename(wheels[0]), "simple_sagemaker_worker_toolkit-%s-py3-none-any.whl" % version)

    def test_pip_installs_it_without_a_network_and_it_says_that_it_is_typed(self):
        with tempfile.TemporaryDirectory() as folder:
            target = os.path.join(folder, "packages")
            pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "install", "--no-index", "--target", target]
            done = subprocess.run(pip + [self.build(folder)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True)
            self.assertEqual(done.returncode, 0, done.stdout)
            self.assertTrue(os.path.isfile(os.path.join(target, "worker_toolkit", "py.typed")))
            code = "import worker_toolkit; print(worker_toolkit.__file__)"
            env = dict(os.environ, PYTHONPATH=target, PYTHONDONTWRITEBYTECODE="1")
            found = subprocess.run([sys.executable, "-c", code], cwd=folder, env=env, stdout=subprocess.PIPE, universal_newlines=True)
            self.assertTrue(found.stdout.startswith(target), found.stdout)


if __name__ == "__main__":
    unittest.main()
