"""The machine's facts, its state, its stop signal and its typed result, for the Python code of a job.

    from worker_toolkit import worker_lib

    config = worker_lib.WorkerConfig()
    config.hps["lr"], config.channel_data, config.model_dir, config.instance_state

Python 3.6 or newer, standard library only.
"""
import argparse
import logging
import os
import shlex
import shutil
import sys
from typing import Any, Dict, List, Optional

from ._by_hand import channel_variable, is_in_job
from ._facts import apply_arguments, read_facts
from ._result import write_result
from ._save_state import save_state
from ._stop import on_stop

logger = logging.getLogger(__name__)

__all__ = ["WorkerConfig", "on_stop", "save_state", "write_result"]


class WorkerConfig:
    """Everything a program may want to know about its job, as fields. `config` holds them all.

    channels, channel_<name>, hps, job_name                      what was asked for
    state, instance_state, model_dir, output_data_dir,           where things go
    output_dir, tensorboard_dir, input_dir, input_data_dir
    hosts, current_host, host_rank, num_nodes, num_cpus,         the machines
    num_gpus, network_interface_name

    The facts come from the environment; what it lacks is read from the job's own files under /opt/ml, so that the class also
    works in a container that was started in another way. A program run by hand, outside a job, has its folders in `./.ssm/hand`,
    and its arguments are its hyperparameters.

    :param per_instance_state: make this machine's own folder in the state, `instance_state`, and remove the copies of the
        other machines' folders, see :meth:`initMultiWorkersState`
    :param set_debug_level: set the root logger to the level the job asks for (`SM_LOG_LEVEL`)
    :param update_argv: put the arguments a launcher packed into `--external_hps` back in front of `sys.argv`
    """

    #: All fields, as one namespace.
    config: argparse.Namespace
    #: Names of the job's input channels; `channel_<name>` is the folder of each.
    channels: List[str]
    #: The folder of the channel `data`; empty when the job has none.
    channel_data: str
    channel_model: str
    #: The hyperparameters by name. Those of a command line are text.
    hps: Dict[str, Any]
    job_name: str
    #: The folder that is kept between runs of the task, and this machine's own part of it.
    state: str
    instance_state: str
    #: What becomes the output `model`, merged over all machines.
    model_dir: str
    #: What becomes the output `output`, of the first machine only.
    output_data_dir: str
    output_dir: str
    tensorboard_dir: str
    input_dir: str
    input_data_dir: str
    input_config_dir: str
    input_data_config: str
    resource_config: str
    #: All machines of the job by name, this one's name, its place among them from 0, and how many they are.
    hosts: List[str]
    current_host: str
    host_rank: int
    num_nodes: int
    num_cpus: int
    num_gpus: int
    network_interface_name: str
    per_instance_state: bool

    def __init__(self, per_instance_state: bool = True, set_debug_level: bool = True, update_argv: bool = True) -> None:
        if set_debug_level:
            self.setDebugLevel()
        self.parseArgs()
        self.per_instance_state = False
        if per_instance_state:
            self.initMultiWorkersState()
        if update_argv:
            self._updateArgv()
        # SageMaker's debugger library, where an image has it, would silence every other logger.
        os.environ["SMDEBUG_LOG_LEVEL"] = "warning"
        logger.info("Worker config: %s", self.config)

    def __getattr__(self, item: str) -> str:
        # Copying and pickling ask for names before there is a config.
        config = self.__dict__.get("config")
        if config is not None and hasattr(config, item):
            found = getattr(config, item)  # type: str
            return found
        raise AttributeError(_no_field(item, config))

    def setDebugLevel(self) -> None:
        """Set the root logger to the level of `SM_LOG_LEVEL`, a number; INFO without it."""
        logging.getLogger().setLevel(int(os.environ.get("SM_LOG_LEVEL") or logging.INFO))

    def parseArgs(self) -> None:
        """Read the facts again, into `config`. An argument `--<field> <value>` of the program goes before the environment."""
        facts = read_facts()
        apply_arguments(facts)
        if facts["current_host"] in facts["hosts"]:
            facts["num_nodes"] = len(facts["hosts"])
            facts["host_rank"] = facts["hosts"].index(facts["current_host"])
        else:
            facts["num_nodes"] = facts["host_rank"] = -1
        os.environ["SSM_NUM_NODES"] = str(facts["num_nodes"])
        os.environ["SSM_HOST_RANK"] = str(facts["host_rank"])
        os.environ["SSM_STATE"] = facts["state"]
        self.config = argparse.Namespace(**facts)

    def initMultiWorkersState(self) -> None:
        """Give this machine its own folder in the state.

        The state of all machines is merged after a run and given back to each of them: the folders of the others are removed
        here, so that every folder comes back from its own machine only.
        """
        if self.per_instance_state:
            return
        self.per_instance_state = True
        logger.info("Deleting other instances' state")
        for name in _folders_in(self.config.state):
            if name.startswith("algo-") and name != self.config.current_host:
                shutil.rmtree(os.path.join(self.config.state, name), ignore_errors=True)
        self.config.instance_state = os.path.join(self.config.state, self.config.current_host)
        if not os.path.isdir(self.config.instance_state):
            logger.info("Creating instance specific state dir")
            os.makedirs(self.config.instance_state, exist_ok=True)
        os.environ["SSM_INSTANCE_STATE"] = self.config.instance_state

    def updateNamespace(self, namespace: object, fields_mapping: Dict[str, str]) -> None:
        """Copy fields into a namespace, such as the result of `ArgumentParser.parse_args()`.

        :param namespace: the object whose fields are set
        :param fields_mapping: from the field's name here to its name there, `{"num_cpus": "num_workers"}`
        """
        for field, target in fields_mapping.items():
            setattr(namespace, target, getattr(self, field))

    def markCompleted(self) -> None:
        """Nothing to do: exit code 0 on all machines completes the task. Here for scripts of early versions."""
        logger.info("Exit code 0 marks %s as completed", self.config.current_host)

    def _updateArgv(self) -> bool:
        if "--external_hps" not in sys.argv:
            return False
        at = sys.argv.index("--external_hps")
        packed = sys.argv[at + 1 : at + 2]
        # The launcher that packed them put one pair of quotes around them all.
        given = shlex.split(packed[0][1:-1]) if packed else []
        sys.argv = sys.argv[:1] + given + sys.argv[1:at] + sys.argv[at + 2 :]
        logger.info("sys.argv was updated to: %s", sys.argv)
        return True


def _folders_in(path: str) -> List[str]:
    if not os.path.isdir(path):
        return []
    return [name for name in os.listdir(path) if os.path.isdir(os.path.join(path, name))]


def _no_field(item: str, config: Optional[argparse.Namespace]) -> str:
    known = vars(config) if config is not None else {}  # type: Dict[str, Any]
    if item.startswith("channel_"):
        channels = known.get("channels") or []
        has = "its channels are: " + ", ".join(channels) if channels else "it has no channels"
        name = item[len("channel_") :]
        if not is_in_job():
            return "There is no channel '%s': outside a job set the variable %s to its folder; %s" % (name, channel_variable(name), has)
        return "This job has no channel '%s'; %s" % (name, has)
    return "WorkerConfig has no field '%s'; it has: %s" % (item, ", ".join(sorted(known)))
