#!/bin/sh
# Says which files of which channel this machine got.
{
  cd "$SM_CHANNEL_CITIES" && find . -type f | sort | sed 's/^/cities /'
  cd "$SM_CHANNEL_LIMITS" && find . -type f | sort | sed 's/^/limits /'
} >"$SM_MODEL_DIR/$SM_CURRENT_HOST.txt"
