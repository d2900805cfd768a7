import logging
import os
import sys

from worker_toolkit import worker_lib

logger = logging.getLogger(__name__)


def names(path):
    return sorted(os.listdir(path)) if path else []


def first_task(config):
    for name in names(config.channel_data):
        with open(os.path.join(config.model_dir, f"{name}_proc_by_{config.current_host}"), "wt") as file:
            file.write(open(os.path.join(config.channel_data, name)).read())
    with open(os.path.join(config.instance_state, f"state_{config.current_host}"), "wt") as file:
        file.write("state")
    logger.info("persons: %s", names(config.channel_persons))


def second_task(config):
    from external_dependency import lib1

    logger.info("external: %s", lib1.word)
    logger.info("model: %s", names(config.channel_task_6_1_model))
    logger.info("state: %s", names(config.channel_task_6_1_state))
    logger.info("Score=10;")
    logger.info("Score=20;")


if __name__ == "__main__":
    from internal_dependency import lib2

    logging.basicConfig(stream=sys.stdout, level=logging.INFO)
    config = worker_lib.WorkerConfig(per_instance_state=True)
    logger.info("internal: %s, task %s", lib2.word, config.hps["task_type"])
    (first_task if int(config.hps["task_type"]) == 1 else second_task)(config)
