import logging
import sys
from pathlib import Path

from external_dependency import lib1
from internal_dependency import lib2
from worker_toolkit import worker_lib

logger = logging.getLogger(__name__)


def process_data(config):
    (Path(config.instance_state) / config.current_host).write_text("state_" + config.current_host)
    for file in Path(config.channel_data).rglob("*"):
        (Path(config.model_dir) / (file.name + "_proc_by_" + config.current_host)).write_text(file.read_text().upper())
    (Path(config.output_data_dir) / ("output_" + config.current_host)).write_text("output")


def main():
    logging.basicConfig(stream=sys.stdout)
    config = worker_lib.WorkerConfig()
    for name in config.channels:
        logger.info("channel %s is at %s", name, config.__getattr__("channel_" + name))
    if int(config.hps["task_type"]) == 1:
        process_data(config)
    logger.info("Score=10; %s %s", lib1.name, lib2.name)


if __name__ == "__main__":
    main()
