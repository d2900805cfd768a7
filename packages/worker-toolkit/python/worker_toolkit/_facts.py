"""The facts of a machine and its job: from the environment, or from the job's own files under /opt/ml."""
import json
import logging
import multiprocessing
import os
import sys
from typing import Any, Callable, Dict, List, Optional

from ._by_hand import arguments_as_hyperparameters, channel_variable, channels_by_hand, folder_by_hand

logger = logging.getLogger("worker_toolkit.worker_lib")


def read_facts() -> Dict[str, Any]:
    """All fields but those that depend on others, as a dict."""
    env = os.environ
    by_hand = folder_by_hand()
    root = by_hand if by_hand is not None else env.get("SSM_MACHINE_ROOT", "")
    ml = root + "/opt/ml"
    processing = _read_object(ml + "/config/processingjobconfig.json")
    config_dir = env.get("SM_INPUT_CONFIG_DIR") or (ml + "/config" if processing else ml + "/input/config")
    resources = _read_object(config_dir + "/resourceconfig.json")
    hosts = _json_variable("SM_HOSTS", resources.get("hosts", [] if by_hand is None else ["algo-1"]))  # type: List[str]
    input_dir = env.get("SM_INPUT_DIR") or ml + ("/processing/input" if processing else "/input")
    state = env.get("SSM_STATE") or (ml + "/processing/state" if processing else root + "/state")
    current_host = env.get("SM_CURRENT_HOST") or resources.get("current_host") or (hosts[0] if hosts else "")
    output = ml + ("/processing/output" if processing else "/output/data")
    facts = {
        "job_name": env.get("SAGEMAKER_JOB_NAME") or env.get("TRAINING_JOB_NAME") or processing.get("ProcessingJobName", ""),
        "hps": _json_variable("SM_HPS", None),
        "model_dir": env.get("SM_MODEL_DIR") or ml + "/model",
        "output_dir": env.get("SM_OUTPUT_DIR") or ml + "/output",
        "output_data_dir": env.get("SM_OUTPUT_DATA_DIR") or env.get("SSM_OUTPUT") or output,
        "tensorboard_dir": env.get("SSM_TENSORBOARD_DIR") or ml + "/output/tensorboard",
        "input_dir": input_dir,
        "input_data_dir": input_dir if processing else input_dir + "/data",
        "input_config_dir": config_dir,
        "input_data_config": env.get("SM_INPUT_DATA_CONFIG") or _text_of(config_dir + "/inputdataconfig.json"),
        "resource_config": env.get("SM_RESOURCE_CONFIG") or _text_of(config_dir + "/resourceconfig.json"),
        "hosts": hosts,
        "current_host": current_host,
        "num_gpus": int(env.get("SM_NUM_GPUS") or -1),
        "num_cpus": int(env.get("SM_NUM_CPUS") or multiprocessing.cpu_count()),
        "network_interface_name": env.get("SM_NETWORK_INTERFACE_NAME") or resources.get("network_interface_name") or "",
        "state": state,
        "instance_state": env.get("SSM_INSTANCE_STATE") or (os.path.join(state, current_host) if current_host else state),
    }  # type: Dict[str, Any]
    if facts["hps"] is None:
        facts["hps"] = _hyperparameters(config_dir) if by_hand is None else arguments_as_hyperparameters()
    facts.update(_channels(processing, config_dir, ml, by_hand is not None))
    if by_hand is not None:
        for name in ("model_dir", "output_data_dir", "tensorboard_dir", "instance_state"):
            os.makedirs(facts[name], exist_ok=True)
    return facts


def _channels(processing: Dict[str, Any], config_dir: str, ml: str, by_hand: bool) -> Dict[str, Any]:
    """`channels` and one `channel_<name>` each; `data` and `model` are there always, empty when the job has none."""
    if processing:
        inputs = processing.get("ProcessingInputs") or []
        found = {item["InputName"]: (item.get("S3Input") or {}).get("LocalPath", "") for item in inputs}
    else:
        found = {name: ml + "/input/data/" + name for name in _read_object(config_dir + "/inputdataconfig.json")}
    if by_hand:
        found.update(channels_by_hand(ml + "/input/data"))
    names = _json_variable("SM_CHANNELS", sorted(name for name in found if name not in ("code", "state_prev")))
    facts = {"channels": names, "channel_data": "", "channel_model": ""}  # type: Dict[str, Any]
    for name in ["data", "model"] + names:
        # What no variable's name may have is an underscore in it.
        facts["channel_" + name] = os.environ.get(channel_variable(name)) or (found.get(name, "") if name in names else "")
    return facts


def _hyperparameters(config_dir: str) -> Dict[str, Any]:
    """The service keeps every value as text; those that are JSON mean what they say. Names of SageMaker's own are not ours."""
    given = _read_object(config_dir + "/hyperparameters.json")
    return {name: _decoded(value) for name, value in given.items() if not name.startswith("sagemaker_")}


def _decoded(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


#: The fields an argument of the program may set, as the original allowed, and how their text is read.
_ARGUMENTS = {
    "model_dir": str,
    "output_data_dir": str,
    "output_dir": str,
    "input_dir": str,
    "input_config_dir": str,
    "input_data_config": str,
    "hps": json.loads,
    "channels": json.loads,
    "channel_data": str,
    "channel_model": str,
    "current_host": str,
    "hosts": json.loads,
    "num_gpus": int,
    "num_cpus": int,
    "network_interface_name": str,
    "job_name": str,
    "resource_config": str,
}  # type: Dict[str, Callable[[str], Any]]


def apply_arguments(facts: Dict[str, Any]) -> None:
    """Let `--<field> <value>` of the program's arguments go before what was read."""
    for at, argument in enumerate(sys.argv[1:-1], 1):
        field = argument[2:].replace("-", "_") if argument.startswith("--") else ""
        if field in _ARGUMENTS:
            try:
                facts[field] = _ARGUMENTS[field](sys.argv[at + 1])
            except ValueError:
                # The program's own argument of the same name, which means something else.
                logger.debug("%s is not taken for the job's: %s", argument, sys.argv[at + 1])


def _json_variable(name: str, default: Any) -> Any:
    text = os.environ.get(name)
    if not text:
        return default
    try:
        return json.loads(text)
    except ValueError:
        raise ValueError("The variable %s should hold JSON and holds: %s" % (name, text))


def _text_of(path: str) -> str:
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except (OSError, ValueError):
        return ""


def _read_object(path: str) -> Dict[str, Any]:
    text = _text_of(path)
    value = json.loads(text) if text else None  # type: Optional[Dict[str, Any]]
    return value or {}
