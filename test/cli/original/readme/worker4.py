import logging
import os
import sys

from worker_toolkit import worker_lib

logger = logging.getLogger(__name__)


def list_files(path):
    logger.info(f"*** START listing files in {path}")
    if path:
        for name in sorted(os.listdir(path)):
            logger.info(f"file {name} {os.path.getsize(os.path.join(path, name))}")
    logger.info(f"*** END file listing {path}")


if __name__ == "__main__":
    logging.basicConfig(stream=sys.stdout, level=logging.INFO)
    worker_config = worker_lib.WorkerConfig(False)
    list_files(worker_config.channel_data)
    list_files(worker_config.channel_bucket)
