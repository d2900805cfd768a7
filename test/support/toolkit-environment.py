"""Prints the environment that SageMaker's own training toolkit makes of the files under SAGEMAKER_BASE_DIR, as JSON."""
import json
import sys
import types

# Only its region is asked for, which a computer without an account has not.
boto3 = types.ModuleType("boto3")
boto3.session = types.SimpleNamespace(Session=lambda: types.SimpleNamespace(region_name=None))
sys.modules["boto3"] = boto3

from sagemaker_training import environment  # noqa: E402

print(json.dumps(environment.Environment().to_env_vars(), indent=2, sort_keys=True))
